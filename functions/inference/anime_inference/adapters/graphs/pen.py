"""The blocks that AnimeGANv2 is made of, drawn with ONNX operators."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from anime_inference.adapters.graphs.builder import GraphBuilder
from anime_inference.adapters.graphs.folding import doubling_kernel
from anime_inference.adapters.places import WHOLE_END
from anime_inference.adapters.state_dict import StateDict
from anime_shared.style import Upsampling

_EPSILON = 1e-5
_SLOPE = 0.2
# Top, left, bottom, right. A convolution with stride 2 pads only the far sides.
NO_PADDING = (0, 0, 0, 0)
AROUND_1 = (1, 1, 1, 1)
AROUND_3 = (3, 3, 3, 3)
NEAR = (1, 1, 0, 0)
FAR = (0, 0, 1, 1)
# Normalisations, in the order in which they are drawn.
NORMALISATIONS = 24


@dataclass(frozen=True, slots=True)
class Scaled:
    """A tensor that is to be multiplied by a number, which a later normalisation undoes anyway.

    Attributes:
        tensor: its name.
        factor: the number's name, a positive float32[1]; 1 if ``None``.
    """

    tensor: str
    factor: str | None = None


class Pen:
    """The blocks that AnimeGANv2 is made of."""

    def __init__(self, weights: StateDict, upsampling: Upsampling) -> None:
        self._upsampling = upsampling
        if upsampling is Upsampling.ASYMMETRIC:
            kernels = [f"{block}.1.weight" for block in ("block_d.0", "block_e.0")]
            weights = {**weights, **{name: doubling_kernel(weights[name]) for name in kernels}}
        self.graph = GraphBuilder(weights)
        self._each_channel = self.graph.integers(2, 3)
        self._epsilon = self.graph.constant(np.array([_EPSILON], np.float32))
        self._statistics = self.graph.default(
            "statistics", np.zeros((NORMALISATIONS, 2), np.float32)
        )
        # No measured deviation is infinite, so none of the inverse ones is 0.
        largest = self.graph.node("ReduceMax", self._statistics, keepdims=0)
        self._pinned = self.graph.node(
            "Greater", largest, self.graph.constant(np.zeros((), np.float32))
        )
        self._measured: list[str] = []

    def conv_norm(
        self,
        name: str,
        x: Scaled,
        padding: tuple[int, int, int, int],
        *,
        stride: int = 1,
        bias: bool = False,
    ) -> Scaled:
        """Reflection padding (top, left, bottom, right), convolution, GroupNorm, LeakyReLU."""
        padded = self.pad(x.tensor, padding, "reflect")
        # The convolution's bias becomes a part of the shift, which must be added anyway.
        offset = self.graph.weight(f"{name}.1.bias", (-1, 1, 1)) if bias else None
        y = self.graph.conv(padded, f"{name}.1", bias=False, stride=stride)
        return self.norm(f"{name}.2", Scaled(y, x.factor), offset)

    def doubled_conv_norm(self, name: str, x: Scaled, like: str, which: int) -> Scaled:
        """Bilinear upsampling to the size of ``like``, then as :meth:`conv_norm`.

        ``which`` is the row of ``place``.
        """
        if self._upsampling is Upsampling.ALIGN_CORNERS:
            larger = self.upsample(x.tensor, like, which)
            return self.conv_norm(name, Scaled(larger, x.factor), AROUND_1)
        padded = self.pad(self.pad(x.tensor, NEAR, "reflect"), FAR, "edge")
        y = self.graph.conv(padded, f"{name}.1", bias=False)
        y = self.graph.node("DepthToSpace", y, blocksize=2, mode="CRD")
        return self.norm(f"{name}.2", Scaled(y, x.factor))

    def pad(self, x: str, padding: tuple[int, int, int, int], mode: str) -> str:
        """Padding of height and width (top, left, bottom, right)."""
        if padding == NO_PADDING:
            return x
        top, left, bottom, right = padding
        return self.graph.node(
            "Pad", x, self.graph.integers(0, 0, top, left, 0, 0, bottom, right), mode=mode
        )

    def times(self, x: str, factor: str | None) -> str:
        """``x`` multiplied by a number, if there is one."""
        return x if factor is None else self.graph.node("Mul", x, factor)

    def norm(
        self, name: str, x: Scaled, offset: str | None = None, *, activate: bool = True
    ) -> Scaled:
        """GroupNorm with one group, of ``x.factor * x.tensor + offset``; then LeakyReLU.

        With its gain folded away, only a shift is left: dividing by the standard deviation is
        left to the next normalisation, since ``f(k * x) = k * f(x)`` for positive ``k``.
        """
        graph = self.graph
        factor = x.factor
        if offset is not None and factor is not None:
            offset = graph.node("Div", offset, factor)
        mean, inverse = self._statistics_of(x, offset)
        if factor is not None:
            mean, inverse = graph.node("Div", mean, factor), graph.node("Mul", inverse, factor)
        away = mean if offset is None else graph.node("Sub", mean, offset)
        bias = graph.weight(f"{name}.bias", (-1, 1, 1))
        if graph.has_weight(f"{name}.weight"):
            scale = graph.node("Mul", inverse, graph.weight(f"{name}.weight", (-1, 1, 1)))
            shift = graph.node("Sub", bias, graph.node("Mul", away, scale))
            result = Scaled(graph.node("Add", graph.node("Mul", x.tensor, scale), shift))
        else:
            shift = graph.node("Sub", graph.node("Div", bias, inverse), away)
            result = Scaled(graph.node("Add", x.tensor, shift), inverse)
        if not activate:
            return result
        return Scaled(graph.node("LeakyRelu", result.tensor, alpha=_SLOPE), result.factor)

    def _statistics_of(self, x: Scaled, offset: str | None) -> tuple[str, str]:
        """Mean and inverse standard deviation, given or measured: float32[1] each."""
        graph = self.graph
        row = graph.constant(np.array(len(self._measured)))
        both = graph.either(
            self._pinned,
            lambda: graph.node("Gather", self._statistics, row, axis=0),
            lambda: self._measure(x, offset),
        )
        self._measured.append(both)
        mean, inverse = (
            graph.node("Gather", both, graph.integers(place), axis=0) for place in (0, 1)
        )
        return mean, inverse

    def _measure(self, x: Scaled, offset: str | None) -> str:
        """Mean and inverse standard deviation of ``x.factor * (x.tensor + offset)``: float32[2].

        Channel by channel, which runs in parallel and keeps the sums short.
        """
        graph = self.graph
        means = graph.node("ReduceMean", x.tensor, self._each_channel)
        pixels = graph.node("ReduceProd", graph.node("Shape", x.tensor, start=2))
        count = graph.node("Cast", pixels, to=TensorProto.FLOAT)
        total = graph.node("ReduceSumSquare", x.tensor, self._each_channel)
        within = graph.node("Sub", graph.node("Div", total, count), graph.node("Mul", means, means))
        if offset is not None:
            means = graph.node("Add", means, offset)
        mean = graph.node("ReduceMean", means)
        away = graph.node("Sub", means, mean)
        squares = graph.node("Add", within, graph.node("Mul", away, away))
        variance = graph.node("ReduceMean", squares)
        if x.factor is not None:
            mean = graph.node("Mul", mean, x.factor)
            variance = graph.node("Mul", variance, graph.node("Mul", x.factor, x.factor))
        variance = graph.node("Add", variance, self._epsilon)
        inverse = graph.node("Reciprocal", graph.node("Sqrt", variance))
        flat = graph.integers(-1)
        both = [graph.node("Reshape", value, flat) for value in (mean, inverse)]
        return graph.node("Concat", *both, axis=0)

    def measured(self) -> str:
        """What every normalisation used: float32[NORMALISATIONS, 2]."""
        rows = [
            self.graph.node("Unsqueeze", both, self.graph.integers(0)) for both in self._measured
        ]
        return self.graph.node("Concat", *rows, axis=0)

    def inverted_residual(self, name: str, x: Scaled, *, skip: bool) -> Scaled:
        """Widen (1 x 1), depthwise 3 x 3, narrow (1 x 1), and the skip where shapes agree."""
        y = self.conv_norm(f"{name}.0", x, NO_PADDING)
        y = self.conv_norm(f"{name}.1", y, AROUND_1, bias=True)
        narrow = self.graph.conv(y.tensor, f"{name}.2", bias=False)
        y = self.norm(f"{name}.3", Scaled(narrow, y.factor), activate=False)
        return Scaled(self.graph.node("Add", x.tensor, y.tensor)) if skip else y

    def upsample(self, x: str, like: str, which: int) -> str:
        """Bilinear, corners aligned, to the size of ``like``; ``which`` is the row of ``place``."""
        graph = self.graph
        size = graph.node(
            "Concat",
            graph.node("Shape", x, end=2),
            graph.node("Shape", like, start=2),
            axis=0,
        )
        # Of a whole picture, the crop from 0 to 1 is that with the corners aligned.
        return graph.node(
            "Resize",
            x,
            self._place(which),
            "",
            size,
            mode="linear",
            coordinate_transformation_mode="tf_crop_and_resize",
        )

    def _place(self, which: int) -> str:
        graph = self.graph
        whole = np.array([[0, 0, WHOLE_END, WHOLE_END]] * 2, np.float32)
        row = graph.node(
            "Gather", graph.default("place", whole), graph.constant(np.array(which)), axis=0
        )
        starts, ends = (
            graph.node("Gather", row, graph.integers(*places), axis=0)
            for places in ((0, 1), (2, 3))
        )
        # All of the batch and of the channels, before and after.
        first, last = (graph.constant(np.full(2, value, np.float32)) for value in (0, 1))
        return graph.node("Concat", first, starts, last, ends, axis=0)
