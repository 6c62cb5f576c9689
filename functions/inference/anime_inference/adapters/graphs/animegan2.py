"""AnimeGANv2's generator as an ONNX graph.

Architecture: J. Chen, G. Liu, X. Chen, "AnimeGAN: a novel lightweight GAN for photo animation"
(ISICA 2019), second version, with the weight names of the published PyTorch state dicts:
reflection padding, GroupNorm with one group (statistics over the whole picture), LeakyReLU 0.2,
inverted residual blocks, bilinear upsampling, tanh; 2,143,552 parameters.
"""

from __future__ import annotations

import numpy as np
import onnx

from anime_inference.adapters.graphs.builder import GraphBuilder, Shape
from anime_inference.adapters.state_dict import StateDict
from anime_shared.styles import Upsampling

_EPSILON = 1e-5
_SLOPE = 0.2
# Top, left, bottom, right: a convolution with stride 2 pads only the far sides.
_NO_PADDING = (0, 0, 0, 0)
_AROUND_1 = (1, 1, 1, 1)
_AROUND_3 = (3, 3, 3, 3)
_FAR = (0, 0, 1, 1)
_RESIZE_MODES = {
    Upsampling.ASYMMETRIC: "asymmetric",
    Upsampling.ALIGN_CORNERS: "align_corners",
}


def build_animegan2(weights: StateDict, upsampling: Upsampling) -> onnx.ModelProto:
    """``image`` float32[1, 3, H, W] to ``painted`` of the same shape, RGB in [-1, 1].

    H and W are free, from 8 pixels; the pipeline gives multiples of 8.

    Raises:
        KeyError: the state dict is of another network.
    """
    pen = _Pen(weights)
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
    x = pen.upsample(x, half, upsampling)
    x = pen.conv_norm("block_d.0", x, _AROUND_1)
    x = pen.conv_norm("block_d.1", x, _AROUND_1)
    x = pen.upsample(x, "image", upsampling)
    x = pen.conv_norm("block_e.0", x, _AROUND_1)
    x = pen.conv_norm("block_e.1", x, _AROUND_1)
    x = pen.conv_norm("block_e.2", x, _AROUND_3)
    x = pen.graph.node("Tanh", pen.graph.conv(x, "out_layer.0", bias=False))
    pen.graph.check_all_used()
    shape: Shape = (1, 3, "height", "width")
    return pen.graph.model({"image": shape}, {"painted": x}, shape)


class _Pen:
    """The blocks that AnimeGANv2 is made of."""

    def __init__(self, weights: StateDict) -> None:
        self.graph = GraphBuilder(weights)
        # One group as one row: InstanceNormalization then takes the whole picture's statistics.
        self._one_row = self.graph.integers(0, 1, -1)
        self._one = self.graph.constant(np.ones(1, np.float32))
        self._zero = self.graph.constant(np.zeros(1, np.float32))

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
        """GroupNorm with one group."""
        graph = self.graph
        row = graph.node("Reshape", x, self._one_row)
        row = graph.node("InstanceNormalization", row, self._one, self._zero, epsilon=_EPSILON)
        normal = graph.node("Reshape", row, graph.node("Shape", x))
        scaled = graph.node("Mul", normal, graph.weight(f"{name}.weight", (-1, 1, 1)))
        return graph.node("Add", scaled, graph.weight(f"{name}.bias", (-1, 1, 1)))

    def inverted_residual(self, name: str, x: str, *, skip: bool) -> str:
        """Widen (1 x 1), depthwise 3 x 3, narrow (1 x 1), and the skip where shapes agree."""
        y = self.conv_norm(f"{name}.0", x, _NO_PADDING)
        y = self.conv_norm(f"{name}.1", y, _AROUND_1, bias=True)
        y = self.norm(f"{name}.3", self.graph.conv(y, f"{name}.2", bias=False))
        return self.graph.node("Add", x, y) if skip else y

    def upsample(self, x: str, like: str, mode: Upsampling) -> str:
        """Bilinear, to the height and width of the tensor ``like``."""
        graph = self.graph
        size = graph.node(
            "Concat",
            graph.node("Shape", x, end=2),
            graph.node("Shape", like, start=2),
            axis=0,
        )
        return graph.node(
            "Resize",
            x,
            "",
            "",
            size,
            mode="linear",
            coordinate_transformation_mode=_RESIZE_MODES[mode],
        )
