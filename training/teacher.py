"""The published generators that the students learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort

from anime_inference.adapters.engine import EngineOptions, session_options
from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_shared.style import Upsampling
from training.samples import Label, Picture


class Teacher(Protocol):
    """Paints what a student shall learn to paint."""

    def label(self, photo: Picture) -> Label:
        """Of RGB ``uint8[H, W, 3]``; some teachers want sides that are a multiple of 8 or 16."""


class OnnxTeacher:
    """A generator as an ONNX graph: RGB in [-1, 1], NHWC or NCHW, same size out.

    Args:
        file: an ONNX file, or AnimeGANv2's weights (.npz). Those are painted by the graph that the
            app itself draws, which also tells what its normalisations see.
    """

    def __init__(self, file: Path) -> None:
        options = session_options(EngineOptions())
        # Made for each new size, and no two photos need be of one.
        options.enable_mem_pattern = False
        self._session = ort.InferenceSession(
            _graph(file), options, providers=["CPUExecutionProvider"]
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
        y, *statistics = self._session.run(self._outputs, {self._input: x})
        if y.shape != (1, *photo.shape):
            y = y.transpose(0, 2, 3, 1)
        painted = np.clip(np.rint((y[0] + 1.0) * 127.5), 0, 255).astype(np.uint8)
        return Label(painted, statistics[0] if statistics else None)


def _graph(file: Path) -> bytes:
    if file.suffix != ".npz":
        return file.read_bytes()
    with np.load(file) as arrays:
        weights = {name: arrays[name] for name in arrays.files}
    return bytes(build_animegan2(weights, Upsampling.ASYMMETRIC).SerializeToString())
