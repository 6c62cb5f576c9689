"""The published generators that the students learn from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from anime_inference.adapters.engine import EngineOptions, session_options
from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_shared.style import Upsampling
from training.samples import Label, Picture, Statistics
from training.telling import of_averages, of_normalisations, tell_averages


class Teacher(Protocol):
    """Paints what a student shall learn to paint."""

    def label(self, photo: Picture) -> Label:
        """Of RGB ``uint8[H, W, 3]``; some teachers want sides that are a multiple of 8 or 16."""


class OnnxTeacher:
    """A generator as an ONNX graph: RGB in [-1, 1], NHWC or NCHW, same size out.

    Args:
        file: an ONNX file, or AnimeGANv2's weights (.npz). Those are painted by the graph that the
            app itself draws. Both tell what their normalisations see of the whole picture.
    """

    def __init__(self, file: Path) -> None:
        options = session_options(EngineOptions())
        # Made for each new size, and no two photos need be of one.
        options.enable_mem_pattern = False
        self._is_own = file.suffix == ".npz"
        graph = _own_graph(file) if self._is_own else onnx.load(file)
        self._are_squares = [] if self._is_own else tell_averages(graph)
        self._session = ort.InferenceSession(
            graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        given = self._session.get_inputs()[0]
        self._input = given.name
        self._colours_last = given.shape[-1] == 3
        # The picture comes first.
        self._outputs = [item.name for item in self._session.get_outputs()]

    def label(self, photo: Picture) -> Label:
        """See :class:`Teacher`."""
        x = photo.astype(np.float32)[None] / 127.5 - 1.0
        if not self._colours_last:
            x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
        y, *seen = self._session.run(self._outputs, {self._input: x})
        if y.shape != (1, *photo.shape):
            y = y.transpose(0, 2, 3, 1)
        painted = np.clip(np.rint((y[0] + 1.0) * 127.5), 0, 255).astype(np.uint8)
        return Label(painted, self._statistics(seen) if seen else None)

    def _statistics(self, seen: Sequence[NDArray[np.float32]]) -> Statistics:
        return of_normalisations(seen[0]) if self._is_own else of_averages(seen, self._are_squares)


def _own_graph(file: Path) -> onnx.ModelProto:
    with np.load(file) as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    return build_animegan2(weights, Upsampling.ASYMMETRIC)
