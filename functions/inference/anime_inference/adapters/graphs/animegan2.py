"""AnimeGANv2's generator as an ONNX graph.

Architecture: J. Chen, G. Liu, X. Chen, "AnimeGAN: a novel lightweight GAN for photo animation"
(ISICA 2019), second version, with the weight names of the published PyTorch state dicts:
reflection padding, GroupNorm with one group (statistics over the whole picture), LeakyReLU 0.2,
inverted residual blocks, bilinear upsampling, tanh; 2,143,552 parameters.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import onnx

from anime_inference.adapters.graphs.builder import Shape
from anime_inference.adapters.graphs.folding import fold_gain
from anime_inference.adapters.graphs.pen import (
    AROUND_1,
    AROUND_3,
    FAR,
    NORMALISATIONS,
    Pen,
    Scaled,
)
from anime_inference.adapters.state_dict import StateDict
from anime_shared.style import Upsampling


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
    pen = Pen(weights, upsampling)
    x = Scaled("image")
    x = pen.conv_norm("block_a.0", x, AROUND_3)
    x = pen.conv_norm("block_a.1", x, FAR, stride=2)
    half = pen.conv_norm("block_a.2", x, AROUND_1)
    x = pen.conv_norm("block_b.0", half, FAR, stride=2)
    x = pen.conv_norm("block_b.1", x, AROUND_1)
    x = pen.conv_norm("block_c.0", x, AROUND_1)
    for block in range(1, 5):
        x = pen.inverted_residual(f"block_c.{block}.layers", x, skip=block > 1)
    x = pen.conv_norm("block_c.5", x, AROUND_1)
    x = pen.doubled_conv_norm("block_d.0", x, half.tensor, 0)
    x = pen.conv_norm("block_d.1", x, AROUND_1)
    x = pen.doubled_conv_norm("block_e.0", x, "image", 1)
    x = pen.conv_norm("block_e.1", x, AROUND_1)
    x = pen.conv_norm("block_e.2", x, AROUND_3)
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
