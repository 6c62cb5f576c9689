"""The blocks that both students are made of, as parts of an ONNX graph."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from anime_inference.adapters.graphs.builder import GraphBuilder
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
    stem = weights["stem.weight"]
    blocks = stem.reshape(stem.shape[0], 3, 4, *stem.shape[2:])
    weights["stem.weight"] = np.ascontiguousarray(blocks.swapaxes(1, 2)).reshape(stem.shape)
    return weights
