"""AnimeGANv2's generator as an ONNX graph.

Architecture: J. Chen, G. Liu, X. Chen, "AnimeGAN: a novel lightweight GAN for photo animation"
(ISICA 2019), second version, with the weight names of the published PyTorch state dicts:
reflection padding, GroupNorm with one group (statistics over the whole picture), LeakyReLU 0.2,
inverted residual blocks, bilinear upsampling, tanh; 2,143,552 parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto

from anime_inference.adapters.graphs.builder import GraphBuilder, Shape
from anime_inference.adapters.graphs.folding import doubling_kernel, fold_gain
from anime_inference.adapters.places import WHOLE_END
from anime_inference.adapters.state_dict import StateDict
from anime_shared.styles import Upsampling

_EPSILON = 1e-5
_SLOPE = 0.2
# Top, left, bottom, right. A convolution with stride 2 pads only the far sides.
_NO_PADDING = (0, 0, 0, 0)
_AROUND_1 = (1, 1, 1, 1)
_AROUND_3 = (3, 3, 3, 3)
_NEAR = (1, 1, 0, 0)
_FAR = (0, 0, 1, 1)
# Normalisations, in the order in which they are drawn.
NORMALISATIONS = 24


def build_animegan2(weights: StateDict, upsampling: Upsampling) -> onnx.ModelProto:
    """``image`` float32[1, 3, H, W] to ``painted`` of the same shape, RGB in [-1, 1].

    H and W are multiples of 4, from 8 pixels; the pipeline gives multiples of 8.

    A picture can be painted in tiles, though every normalisation looks at all of it: its mean and
    inverse standard deviation come out as ``measured`` float32[NORMALISATIONS, 2], and
    ``statistics`` of that shape, if given, take their place. ``place`` float32[2, 4], which only
    the upsampling with aligned corners has, says for both upsamplings (from a quarter, from a
    half) where top, left, bottom and right of the tile's output lie in its input, as shares of it.

    Raises:
        KeyError: the state dict is of another network.
    """
    for norm, conv in _FOLDED:
        weights = fold_gain(weights, norm, conv)
    pen = _Pen(weights, upsampling)
    x = _Scaled("image")
    x = pen.conv_norm("block_a.0", x, _AROUND_3)
    x = pen.conv_norm("block_a.1", x, _FAR, stride=2)
    half = pen.conv_norm("block_a.2", x, _AROUND_1)
    x = pen.conv_norm("block_b.0", half, _FAR, stride=2)
    x = pen.conv_norm("block_b.1", x, _AROUND_1)
    x = pen.conv_norm("block_c.0", x, _AROUND_1)
    for block in range(1, 5):
        x = pen.inverted_residual(f"block_c.{block}.layers", x, skip=block > 1)
    x = pen.conv_norm("block_c.5", x, _AROUND_1)
    x = pen.doubled_conv_norm("block_d.0", x, half.tensor, 0)
    x = pen.conv_norm("block_d.1", x, _AROUND_1)
    x = pen.doubled_conv_norm("block_e.0", x, "image", 1)
    x = pen.conv_norm("block_e.1", x, _AROUND_1)
    x = pen.conv_norm("block_e.2", x, _AROUND_3)
    drawn = pen.graph.conv(x.tensor, "out_layer.0", bias=False)
    painted = pen.graph.node("Tanh", pen.times(drawn, x.factor))
    pen.graph.check_all_used()
    shape: Shape = (1, 3, "height", "width")
    outputs = {"painted": (painted, shape), "measured": (pen.measured(), (NORMALISATIONS, 2))}
    return pen.graph.model({"image": shape}, outputs)


def _chain() -> tuple[tuple[str, str], ...]:
    """Each normalisation before a LeakyReLU, and the convolution after it."""
    first = ["block_a.0", "block_a.1", "block_a.2", "block_b.0", "block_b.1", "block_c.0"]
    last = ["block_c.5", "block_d.0", "block_d.1", "block_e.0", "block_e.1", "block_e.2"]
    pairs = [(f"{one}.2", f"{other}.1") for line in (first, last) for one, other in pairwise(line)]
    pairs += [("block_c.0.2", "block_c.1.layers.0.1"), ("block_e.2.2", "out_layer.0")]
    for block in range(1, 5):
        layers = f"block_c.{block}.layers"
        pairs += [(f"{layers}.0.2", f"{layers}.1.1"), (f"{layers}.1.2", f"{layers}.2")]
    return tuple(pairs)


_FOLDED: Final = _chain()


@dataclass(frozen=True, slots=True)
class _Scaled:
    """A tensor that is to be multiplied by a number, which a later normalisation undoes anyway.

    Attributes:
        tensor: its name.
        factor: the number's name, a positive float32[1]; 1 if ``None``.
    """

    tensor: str
    factor: str | None = None


class _Pen:
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
        x: _Scaled,
        padding: tuple[int, int, int, int],
        *,
        stride: int = 1,
        bias: bool = False,
    ) -> _Scaled:
        """Reflection padding (top, left, bottom, right), convolution, GroupNorm, LeakyReLU."""
        padded = self.pad(x.tensor, padding, "reflect")
        # The convolution's bias becomes a part of the shift, which must be added anyway.
        offset = self.graph.weight(f"{name}.1.bias", (-1, 1, 1)) if bias else None
        y = self.graph.conv(padded, f"{name}.1", bias=False, stride=stride)
        return self.norm(f"{name}.2", _Scaled(y, x.factor), offset)

    def doubled_conv_norm(self, name: str, x: _Scaled, like: str, which: int) -> _Scaled:
        """Bilinear upsampling to the size of ``like``, then as :meth:`conv_norm`.

        ``which`` is the row of ``place``.
        """
        if self._upsampling is Upsampling.ALIGN_CORNERS:
            larger = self.upsample(x.tensor, like, which)
            return self.conv_norm(name, _Scaled(larger, x.factor), _AROUND_1)
        padded = self.pad(self.pad(x.tensor, _NEAR, "reflect"), _FAR, "edge")
        y = self.graph.conv(padded, f"{name}.1", bias=False)
        y = self.graph.node("DepthToSpace", y, blocksize=2, mode="CRD")
        return self.norm(f"{name}.2", _Scaled(y, x.factor))

    def pad(self, x: str, padding: tuple[int, int, int, int], mode: str) -> str:
        """Padding of height and width (top, left, bottom, right)."""
        if padding == _NO_PADDING:
            return x
        top, left, bottom, right = padding
        return self.graph.node(
            "Pad", x, self.graph.integers(0, 0, top, left, 0, 0, bottom, right), mode=mode
        )

    def times(self, x: str, factor: str | None) -> str:
        """``x`` multiplied by a number, if there is one."""
        return x if factor is None else self.graph.node("Mul", x, factor)

    def norm(
        self, name: str, x: _Scaled, offset: str | None = None, *, activate: bool = True
    ) -> _Scaled:
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
            result = _Scaled(graph.node("Add", graph.node("Mul", x.tensor, scale), shift))
        else:
            shift = graph.node("Sub", graph.node("Div", bias, inverse), away)
            result = _Scaled(graph.node("Add", x.tensor, shift), inverse)
        if not activate:
            return result
        return _Scaled(graph.node("LeakyRelu", result.tensor, alpha=_SLOPE), result.factor)

    def _statistics_of(self, x: _Scaled, offset: str | None) -> tuple[str, str]:
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

    def _measure(self, x: _Scaled, offset: str | None) -> str:
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

    def inverted_residual(self, name: str, x: _Scaled, *, skip: bool) -> _Scaled:
        """Widen (1 x 1), depthwise 3 x 3, narrow (1 x 1), and the skip where shapes agree."""
        y = self.conv_norm(f"{name}.0", x, _NO_PADDING)
        y = self.conv_norm(f"{name}.1", y, _AROUND_1, bias=True)
        narrow = self.graph.conv(y.tensor, f"{name}.2", bias=False)
        y = self.norm(f"{name}.3", _Scaled(narrow, y.factor), activate=False)
        return _Scaled(self.graph.node("Add", x.tensor, y.tensor)) if skip else y

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
