"""The trained portrait student as the ONNX file that is committed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx

from anime_inference.adapters.graphs.builder import GraphBuilder, Shape
from anime_inference.adapters.state_dict import StateDict
from training.pen import Pen, weights_of
from training.portrait.student import PortraitStudent


def build_portrait_student(weights: StateDict) -> onnx.ModelProto:
    """``image`` float32[1, 3, H, W] to ``painted``, float32 of the same shape.

    RGB in [-1, 1]; H and W are multiples of 16; kernels are kept as int8.
    The same network as :class:`training.portrait.student.PortraitStudent`.
    """
    pen = Pen(GraphBuilder(weights, compact=True))
    graph, blocks = pen.graph, PortraitStudent.BLOCKS
    x2 = pen.conv_relu("stem", graph.node("SpaceToDepth", "image", blocksize=2))
    x4 = pen.conv_relu("down4", x2, stride=2)
    x8 = pen.conv_relu("down8", x4, stride=2)
    y16 = pen.body("body16", blocks[16], pen.conv_relu("down16", x8, stride=2))
    y8 = pen.body("body8", blocks[8], graph.node("Add", x8, pen.grow("up8", y16)))
    y4 = pen.body("body4", blocks[4], graph.node("Add", x4, pen.grow("up4", y8)))
    y2 = pen.body("body2", blocks[2], graph.node("Add", x2, pen.grow("up2", y4)))
    planes = pen.shuffle(pen.conv("head", y2))
    start, colours, end = graph.integers(0), graph.integers(3), graph.integers(4)
    axis = graph.integers(1)
    drawn = graph.node("Slice", planes, start, colours, axis)
    mask = graph.node("Slice", planes, colours, end, axis)
    one = graph.constant(np.ones(1, np.float32))
    kept = graph.node("Mul", "image", graph.node("Sub", one, mask))
    painted = graph.node("Add", kept, drawn)
    graph.check_all_used()
    shape: Shape = (1, 3, "height", "width")
    return graph.model({"image": shape}, {"painted": (painted, shape)})


def export(student: PortraitStudent, file: Path) -> None:
    """Write the student's ONNX file."""
    onnx.save(build_portrait_student(weights_of(student)), file)
