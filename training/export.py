"""The trained student as the ONNX file that is committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx

from anime_inference.adapters.graphs.builder import GraphBuilder, Shape
from anime_inference.adapters.state_dict import StateDict
from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE
from training.code import LearntCode, StatisticsCode
from training.pen import Pen, weights_of
from training.student import Student


def build_student(weights: StateDict) -> onnx.ModelProto:
    """``image`` float32[1, 3, H, W] and ``thumbnail`` float32[1, 5, 256, 256] to ``painted``.

    RGB in [-1, 1]; H and W are multiples of 8; kernels are kept as int8.
    The same network as :class:`training.student.Student`; the torch tier compares them.
    """
    pen = _StudentPen(GraphBuilder(weights, compact=True))
    graph = pen.graph
    code = pen.global_code("thumbnail")
    x2 = pen.conv_relu("stem", graph.node("SpaceToDepth", "image", blocksize=2))
    x4 = pen.conv_relu("down4", x2, stride=2)
    x8 = pen.conv_relu("down8", x4, stride=2)
    y8 = pen.body("body8", Student.BLOCKS[8], pen.modulate("modulate8", x8, code))
    y4 = graph.node("Add", x4, pen.grow("up4", y8))
    y4 = pen.body("body4", Student.BLOCKS[4], pen.modulate("modulate4", y4, code))
    y2 = graph.node("Add", x2, pen.grow("up2", y4))
    y2 = pen.body("body2", Student.BLOCKS[2], pen.modulate("modulate2", y2, code))
    change = pen.shuffle(graph.conv(y2, "head", bias=True, padding=1))
    painted = graph.node("Add", "image", change)
    graph.check_all_used()
    shape: Shape = (1, 3, "height", "width")
    inputs: dict[str, Shape] = {"image": shape, "thumbnail": THUMBNAIL_SHAPE}
    return graph.model(inputs, {"painted": (painted, shape)})


class _StudentPen(Pen):
    """Also draws the global code and what hangs on it."""

    def linear(self, name: str, x: str) -> str:
        weight, bias = self.graph.weight(f"{name}.weight"), self.graph.weight(f"{name}.bias")
        return self.graph.node("Gemm", x, weight, bias, transB=1)

    def linear_relu(self, name: str, x: str) -> str:
        return self.graph.node("Relu", self.linear(name, x))

    def global_code(self, thumbnail: str) -> str:
        """That of ``training/code.py`` whose weights there are."""
        if self.graph.has_weight("code.gather.weight"):
            seen = self.graph.node("Concat", *self.seen(thumbnail), axis=1)
            statistics = self.linear("code.statistics", self.linear_relu("code.gather", seen))
            return self.linear_relu("code.linear", self.linear_relu("code.hidden", statistics))
        graph = self.graph
        colours = graph.node(
            "Slice", thumbnail, graph.integers(0), graph.integers(3), graph.integers(1)
        )
        half = graph.node("AveragePool", colours, kernel_shape=[2, 2], strides=[2, 2])
        for layer in range(len(LearntCode.WIDTHS) - 1):
            half = self.conv_relu(f"code.convolutions.{layer}", half, stride=2)
        return self.linear_relu("code.linear", self.mean(half))

    def seen(self, x: str) -> Iterator[str]:
        """Means and logarithms of mean squares, of each convolution."""
        least = self.graph.constant(np.array([StatisticsCode.LEAST], np.float32))
        for layer in range(len(StatisticsCode.WIDTHS) - 1):
            name = f"code.convolutions.{layer}"
            drawn = self.graph.conv(x, name, bias=True, stride=2, padding=1)
            x = self.graph.node("Relu", drawn)
            yield self.mean(x)
            square = self.mean(self.graph.node("Mul", drawn, drawn))
            yield self.graph.node("Log", self.graph.node("Add", square, least))

    def mean(self, x: str) -> str:
        return self.graph.node("ReduceMean", x, self.graph.integers(2, 3), keepdims=0)

    def modulate(self, name: str, x: str, code: str) -> str:
        """``x * (1 + scale) + shift``, scale and shift one half of the linear layer each."""
        graph = self.graph
        both = self.linear(f"{name}.linear", code)
        planes = graph.node("Unsqueeze", both, graph.integers(2, 3))
        width = self.width(name)
        axis = graph.integers(1)
        scale = graph.node("Slice", planes, graph.integers(0), graph.integers(width), axis)
        shift = graph.node("Slice", planes, graph.integers(width), graph.integers(2 * width), axis)
        one = graph.constant(np.ones(1, np.float32))
        return graph.node("Add", graph.node("Mul", x, graph.node("Add", scale, one)), shift)

    @staticmethod
    def width(name: str) -> int:
        return Student.WIDTHS[int(name.removeprefix("modulate"))]


def export(student: Student, file: Path) -> None:
    """Write the student's ONNX file."""
    onnx.save(build_student(weights_of(student)), file)
