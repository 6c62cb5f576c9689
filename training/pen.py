"""The blocks that both students are made of, as parts of an ONNX graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from anime_inference.adapters.graphs.builder import (
    SCALE_SUFFIX,
    ZERO_POINT_SUFFIX,
    GraphBuilder,
)
from anime_inference.adapters.state_dict import StateDict
from training.rounding import ACTIVATION_LEVELS, KERNEL_LEVELS


class Pen:
    """Draws on a graph; each block is named as in the state dict."""

    def __init__(self, graph: GraphBuilder) -> None:
        self.graph = graph
        self._rounded: set[str] = set()

    def conv(
        self, name: str, x: str, stride: int = 1, *, padding: int = 1, relu: bool = False
    ) -> str:
        """Computed with integers, if it multiplies what was rounded and is rounded, too."""
        integers = x in self._rounded and self.graph.has_weight(f"{name}.output.high")
        levels = KERNEL_LEVELS if integers else None
        y = self.graph.conv(x, name, bias=True, stride=stride, padding=padding, levels=levels)
        return self.rounded(f"{name}.output", self.graph.node("Relu", y) if relu else y)

    def conv_relu(self, name: str, x: str, stride: int = 1) -> str:
        return self.conv(name, x, stride, relu=True)

    def rounded(self, name: str, x: str) -> str:
        """As ``training.rounding.Rounding``, if its range is known."""
        graph = self.graph
        if not graph.has_weight(f"{name}.high"):
            return x
        grid = graph.grid(name, ACTIVATION_LEVELS)
        level = graph.node("QuantizeLinear", x, *grid)
        self._rounded.add(value := graph.node("DequantizeLinear", level, *grid))
        return value

    def body(self, name: str, blocks: int, x: str) -> str:
        """Residual blocks ``<name>.0``, ``<name>.1`` and so on."""
        for block in range(blocks):
            y = self.conv_relu(f"{name}.{block}.first", x)
            y = self.graph.node("Add", x, self.conv(f"{name}.{block}.second", y))
            x = self.rounded(f"{name}.{block}.sum", self.graph.node("Relu", y))
        return x

    def grow(self, name: str, x: str) -> str:
        """A 1 x 1 convolution whose channels become twice the height and width."""
        return self.shuffle(self.conv(name, x, padding=0))

    def shuffle(self, x: str) -> str:
        return self.graph.node("DepthToSpace", x, blocksize=2, mode="CRD")


def weights_of(student: torch.nn.Module) -> StateDict:
    """A student's state dict as its ONNX graph wants it.

    torch's pixel_unshuffle puts the colour before the place in the block, ONNX's SpaceToDepth
    after it: the first convolution's weights are reordered. Ranges that nobody fitted are
    left out.
    """
    weights: dict[str, NDArray[np.float32]] = {
        name: value.detach().numpy() for name, value in student.state_dict().items()
    }
    weights["stem.weight"] = swapped(weights["stem.weight"], 1, 3)
    ranges = {name for name in weights if name.endswith((".low", ".high"))}
    if not any(weights[name] for name in ranges):
        return {name: values for name, values in weights.items() if name not in ranges}
    return weights


def read_weights(file: Path) -> StateDict:
    """The weights that an ONNX file was drawn with, as precisely as they are kept."""
    tensors = {item.name: numpy_helper.to_array(item) for item in onnx.load(file).graph.initializer}
    weights: dict[str, NDArray[np.float32]] = {}
    for name, values in tensors.items():
        if name.endswith((".weight", ".bias")):
            scale = tensors.get(f"{name}{SCALE_SUFFIX}", np.ones(1, np.float32))
            each = scale.reshape(-1, *[1] * (values.ndim - 1))
            weights[name] = values.astype(np.float32) * each
        elif name.endswith(ZERO_POINT_SUFFIX):
            place = name.removesuffix(ZERO_POINT_SUFFIX)
            scale, level = tensors[f"{place}{SCALE_SUFFIX}"], values.astype(np.float32)
            weights[f"{place}.low"] = np.asarray(-scale * level)
            weights[f"{place}.high"] = np.asarray(scale * (ACTIVATION_LEVELS - level))
    weights["stem.weight"] = swapped(weights["stem.weight"], 1, 4)
    return weights


def swapped(weight: NDArray[np.float32], axis: int, outer: int) -> NDArray[np.float32]:
    """Channels along ``axis`` that run over ``outer`` numbers, then others, the other way round."""
    blocks = weight.reshape(*weight.shape[:axis], outer, -1, *weight.shape[axis + 1 :])
    return np.ascontiguousarray(blocks.swapaxes(axis, axis + 1)).reshape(weight.shape)
