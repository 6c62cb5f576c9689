"""The blocks that both students are made of, as parts of an ONNX graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from anime_inference.adapters.graphs.builder import SCALE_SUFFIX, GraphBuilder
from anime_inference.adapters.state_dict import StateDict


class Pen:
    """Draws on a graph; each block is named as in the state dict."""

    def __init__(self, graph: GraphBuilder) -> None:
        self.graph = graph

    def conv_relu(self, name: str, x: str, stride: int = 1) -> str:
        y = self.graph.conv(x, name, bias=True, stride=stride, padding=1)
        return self.graph.node("Relu", y)

    def body(self, name: str, blocks: int, x: str) -> str:
        """Residual blocks ``<name>.0``, ``<name>.1`` and so on."""
        for block in range(blocks):
            y = self.conv_relu(f"{name}.{block}.first", x)
            y = self.graph.conv(y, f"{name}.{block}.second", bias=True, padding=1)
            x = self.graph.node("Relu", self.graph.node("Add", x, y))
        return x

    def grow(self, name: str, x: str) -> str:
        """A 1 x 1 convolution whose channels become twice the height and width."""
        return self.shuffle(self.graph.conv(x, name, bias=True))

    def shuffle(self, x: str) -> str:
        return self.graph.node("DepthToSpace", x, blocksize=2, mode="CRD")


def weights_of(student: torch.nn.Module) -> StateDict:
    """A student's state dict as its ONNX graph wants it.

    torch's pixel_unshuffle puts the colour before the place in the block, ONNX's SpaceToDepth
    after it: the first convolution's weights are reordered.
    """
    weights: dict[str, NDArray[np.float32]] = {
        name: value.detach().numpy() for name, value in student.state_dict().items()
    }
    weights["stem.weight"] = _reordered(weights["stem.weight"], 3, 4)
    return weights


def read_weights(file: Path) -> StateDict:
    """The state dict of which a student's ONNX file was made, as precisely as it is kept."""
    tensors = {item.name: numpy_helper.to_array(item) for item in onnx.load(file).graph.initializer}
    weights: dict[str, NDArray[np.float32]] = {}
    for name, values in tensors.items():
        if name.endswith((".weight", ".bias")):
            scale = tensors.get(f"{name}{SCALE_SUFFIX}", np.float32(1))
            weights[name] = values.astype(np.float32) * scale
    weights["stem.weight"] = _reordered(weights["stem.weight"], 4, 3)
    return weights


def _reordered(stem: NDArray[np.float32], outer: int, inner: int) -> NDArray[np.float32]:
    """Input channels that run over ``outer``, then ``inner``, the other way round."""
    blocks = stem.reshape(stem.shape[0], outer, inner, *stem.shape[2:])
    return np.ascontiguousarray(blocks.swapaxes(1, 2)).reshape(stem.shape)
