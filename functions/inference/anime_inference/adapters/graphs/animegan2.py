"""AnimeGANv2's generator as an ONNX graph.

Architecture: J. Chen, G. Liu, X. Chen, "AnimeGAN: a novel lightweight GAN for photo animation"
(ISICA 2019), second version, with the weight names of the published PyTorch state dicts:
reflection padding, GroupNorm with one group (statistics over the whole picture), LeakyReLU 0.2,
inverted residual blocks, bilinear upsampling, tanh; 2,143,552 parameters.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto

from anime_inference.adapters.graphs.builder import GraphBuilder, Shape
from anime_inference.adapters.places import WHOLE_END
from anime_inference.adapters.state_dict import StateDict
from anime_shared.styles import Upsampling

_EPSILON = 1e-5
_SLOPE = 0.2
# Top, left, bottom, right: a convolution with stride 2 pads only the far sides.
_NO_PADDING = (0, 0, 0, 0)
_AROUND_1 = (1, 1, 1, 1)
_AROUND_3 = (3, 3, 3, 3)
_FAR = (0, 0, 1, 1)
# Normalisations, in the order in which they are drawn.
NORMALISATIONS = 24


def build_animegan2(weights: StateDict, upsampling: Upsampling) -> onnx.ModelProto:
    """``image`` float32[1, 3, H, W] to ``painted`` of the same shape, RGB in [-1, 1].

    H and W are free, from 8 pixels; the pipeline gives multiples of 8.

    A picture can be painted in tiles, though every normalisation looks at all of it: its mean and
    inverse standard deviation come out as ``measured`` float32[NORMALISATIONS, 2], and
    ``statistics`` of that shape, if given, take their place. ``place`` float32[2, 4], which only
    the upsampling with aligned corners has, says for both upsamplings (from a quarter, from a
    half) where top, left, bottom and right of the tile's output lie in its input, as shares of it.

    Raises:
        KeyError: the state dict is of another network.
    """
    pen = _Pen(weights, upsampling)
    x = "image"
    x = pen.conv_norm("block_a.0", x, _AROUND_3)
    x = pen.conv_norm("block_a.1", x, _FAR, stride=2)
    half = pen.conv_norm("block_a.2", x, _AROUND_1)
    x = pen.conv_norm("block_b.0", half, _FAR, stride=2)
    x = pen.conv_norm("block_b.1", x, _AROUND_1)
    x = pen.conv_norm("block_c.0", x, _AROUND_1)
    for block in range(1, 5):
        x = pen.inverted_residual(f"block_c.{block}.layers", x, skip=block > 1)
    x = pen.conv_norm("block_c.5", x, _AROUND_1)
    x = pen.upsample(x, half, 0)
    x = pen.conv_norm("block_d.0", x, _AROUND_1)
    x = pen.conv_norm("block_d.1", x, _AROUND_1)
    x = pen.upsample(x, "image", 1)
    x = pen.conv_norm("block_e.0", x, _AROUND_1)
    x = pen.conv_norm("block_e.1", x, _AROUND_1)
    x = pen.conv_norm("block_e.2", x, _AROUND_3)
    x = pen.graph.node("Tanh", pen.graph.conv(x, "out_layer.0", bias=False))
    pen.graph.check_all_used()
    shape: Shape = (1, 3, "height", "width")
    outputs = {"painted": (x, shape), "measured": (pen.measured(), (NORMALISATIONS, 2))}
    return pen.graph.model({"image": shape}, outputs)


class _Pen:
    """The blocks that AnimeGANv2 is made of."""

    def __init__(self, weights: StateDict, upsampling: Upsampling) -> None:
        self.graph = GraphBuilder(weights)
        self._upsampling = upsampling
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
        x: str,
        padding: tuple[int, int, int, int],
        *,
        stride: int = 1,
        bias: bool = False,
    ) -> str:
        """Reflection padding (top, left, bottom, right), convolution, GroupNorm, LeakyReLU."""
        if padding != _NO_PADDING:
            top, left, bottom, right = padding
            pads = self.graph.integers(0, 0, top, left, 0, 0, bottom, right)
            x = self.graph.node("Pad", x, pads, mode="reflect")
        x = self.graph.conv(x, f"{name}.1", bias=bias, stride=stride)
        return self.graph.node("LeakyRelu", self.norm(f"{name}.2", x), alpha=_SLOPE)

    def norm(self, name: str, x: str) -> str:
        """GroupNorm with one group; its scale and shift applied in one step with its own."""
        graph = self.graph
        row = graph.constant(np.array(len(self._measured)))
        both = graph.either(
            self._pinned,
            lambda: graph.node("Gather", self._statistics, row, axis=0),
            lambda: self._measure(x),
        )
        self._measured.append(both)
        mean = graph.node("Gather", both, graph.integers(0), axis=0)
        inverse = graph.node("Gather", both, graph.integers(1), axis=0)
        scale = graph.node("Mul", inverse, graph.weight(f"{name}.weight", (-1, 1, 1)))
        moved = graph.node("Mul", mean, scale)
        shift = graph.node("Sub", graph.weight(f"{name}.bias", (-1, 1, 1)), moved)
        return graph.node("Add", graph.node("Mul", x, scale), shift)

    def _measure(self, x: str) -> str:
        """Mean and inverse standard deviation over all of ``x``: float32[2].

        Channel by channel, which runs in parallel and keeps the sums short.
        """
        graph = self.graph
        means = graph.node("ReduceMean", x, self._each_channel)
        pixels = graph.node("ReduceProd", graph.node("Shape", x, start=2))
        count = graph.node("Cast", pixels, to=TensorProto.FLOAT)
        total = graph.node("ReduceSumSquare", x, self._each_channel)
        within = graph.node("Sub", graph.node("Div", total, count), graph.node("Mul", means, means))
        mean = graph.node("ReduceMean", means)
        away = graph.node("Sub", means, mean)
        squares = graph.node("Add", within, graph.node("Mul", away, away))
        variance = graph.node("Add", graph.node("ReduceMean", squares), self._epsilon)
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

    def inverted_residual(self, name: str, x: str, *, skip: bool) -> str:
        """Widen (1 x 1), depthwise 3 x 3, narrow (1 x 1), and the skip where shapes agree."""
        y = self.conv_norm(f"{name}.0", x, _NO_PADDING)
        y = self.conv_norm(f"{name}.1", y, _AROUND_1, bias=True)
        y = self.norm(f"{name}.3", self.graph.conv(y, f"{name}.2", bias=False))
        return self.graph.node("Add", x, y) if skip else y

    def upsample(self, x: str, like: str, which: int) -> str:
        """Bilinear, to the height and width of ``like``; ``which`` is the row of ``place``."""
        graph = self.graph
        size = graph.node(
            "Concat",
            graph.node("Shape", x, end=2),
            graph.node("Shape", like, start=2),
            axis=0,
        )
        aligned = self._upsampling is Upsampling.ALIGN_CORNERS
        # Of a whole picture, the crop from 0 to 1 is that with the corners aligned.
        return graph.node(
            "Resize",
            x,
            self._place(which) if aligned else "",
            "",
            size,
            mode="linear",
            coordinate_transformation_mode="tf_crop_and_resize" if aligned else "asymmetric",
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
