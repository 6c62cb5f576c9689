"""The trained student as the ONNX file that is committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from anime_inference.adapters.graphs.builder import GraphBuilder, Shape
from anime_inference.adapters.state_dict import StateDict
from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE
from training.code import LearntCode, StatisticsCode
from training.pen import Pen, read_weights, swapped, weights_of
from training.student import Student

# The layers whose channels become places.
_SHUFFLED = ("up4", "up2", "head")


def build_student(weights: StateDict) -> onnx.ModelProto:
    """``image`` float32[1, 3, H, W] and ``thumbnail`` float32[1, 5, 256, 256] to ``painted``.

    RGB in [-1, 1]; H and W are multiples of 8; kernels are kept as int8, and where the ranges of
    what they multiply are known, they are computed with as int8.
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
    change = pen.shuffle(pen.conv("head", y2))
    painted = graph.node("Add", "image", change)
    graph.check_all_used()
    shape: Shape = (1, 3, "height", "width")
    inputs: dict[str, Shape] = {"image": shape, "thumbnail": THUMBNAIL_SHAPE}
    return graph.model(inputs, {"painted": (painted, shape)})


class _StudentPen(Pen):
    """Also draws the global code and what hangs on it."""

    def shuffle(self, x: str) -> str:
        """Four times the channels, one block after the other, to twice the height and width.

        Drawn so that channels stay last from one integer convolution to the next, where
        DepthToSpace would have every block between them turned, twice.
        """
        graph = self.graph
        size = graph.node("Slice", graph.node("Shape", x), graph.integers(2), graph.integers(4))
        rows = graph.node("Transpose", x, perm=[0, 2, 3, 1])
        # Row and column in the block: the column's channels are next to each other already.
        halves = graph.node("Reshape", rows, graph.integers(0, 0, 0, 2, -1))
        apart = graph.node("Transpose", halves, perm=[0, 1, 3, 2, 4])
        double = graph.node("Mul", size, graph.integers(2))
        one, rest = graph.integers(1), graph.integers(-1)
        shape = graph.node("Concat", one, double, rest, axis=0)
        return graph.node("Transpose", graph.node("Reshape", apart, shape), perm=[0, 3, 1, 2])

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
        width = self.graph.shape(f"{name}.linear.bias")[0] // 2
        axis = graph.integers(1)
        scale = graph.node("Slice", planes, graph.integers(0), graph.integers(width), axis)
        shift = graph.node("Slice", planes, graph.integers(width), graph.integers(2 * width), axis)
        one = graph.constant(np.ones(1, np.float32))
        scaled = graph.node("Mul", x, graph.node("Add", scale, one))
        return self.rounded(f"{name}.modulated", graph.node("Add", scaled, shift))


def export(student: Student, file: Path) -> None:
    """Write the student's ONNX file."""
    weights = dict(weights_of(student))
    _swap_shuffled(weights, back=False)
    onnx.save(build_student(weights), file)


def read_student(file: Path) -> StateDict:
    """The state dict of which a student's ONNX file was made, as precisely as it is kept."""
    weights = dict(read_weights(file))
    _swap_shuffled(weights, back=True)
    return weights


def _swap_shuffled(weights: dict[str, NDArray[np.float32]], *, back: bool) -> None:
    """In torch's pixel_shuffle the place in the block is innermost, in ours outermost."""
    for layer in _SHUFFLED:
        for name in (f"{layer}.weight", f"{layer}.bias"):
            values = weights[name]
            weights[name] = swapped(values, 0, 4 if back else len(values) // 4)
