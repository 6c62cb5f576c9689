"""The published generators that the students learn from."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort
import torch

from anime_inference.adapters.engine import EngineOptions, session_options
from anime_shared.style import Upsampling
from training.generator import Generator
from training.samples import Picture


class Teacher(Protocol):
    """Paints what a student shall learn to paint."""

    def paint(self, photo: Picture) -> Picture:
        """``uint8[H, W, 3]`` RGB to the teacher's picture of the same shape."""


class OnnxTeacher:
    """A generator as an ONNX graph: RGB in [-1, 1], NHWC or NCHW, same size out."""

    def __init__(self, graph: Path) -> None:
        options = session_options(EngineOptions())
        self._session = ort.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        given = self._session.get_inputs()[0]
        self._input = given.name
        self._colours_last = given.shape[-1] == 3

    def paint(self, photo: Picture) -> Picture:
        """See :class:`Teacher`; some want sides that are a multiple of 8 or 16."""
        x = photo.astype(np.float32)[None] / 127.5 - 1.0
        if not self._colours_last:
            x = x.transpose(0, 3, 1, 2)
        y = self._session.run(None, {self._input: x})[0]
        if y.shape != (1, *photo.shape):
            y = y.transpose(0, 2, 3, 1)
        return _to_picture(y[0])


class QuickTeacher:
    """AnimeGANv2 from its weights, in bfloat16.

    On processors that multiply bfloat16 it takes a quarter of the time, and is less than a grey
    level from the ONNX graph, root mean square: good enough to learn from, not to measure with.
    """

    def __init__(self, weights: Path, upsampling: Upsampling) -> None:
        generator = Generator(upsampling).eval()
        with np.load(weights) as arrays:
            state = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
        generator.load_state_dict(state, strict=True)
        self._generator = generator.to(torch.bfloat16, memory_format=torch.channels_last)

    def paint(self, photo: Picture) -> Picture:
        """See :class:`Teacher`."""
        x = torch.from_numpy(photo.transpose(2, 0, 1)[None].astype(np.float32))
        x = x.div_(127.5).sub_(1).to(torch.bfloat16, memory_format=torch.channels_last)
        with torch.inference_mode():
            y = self._generator(x)[0].float().permute(1, 2, 0)
        return _to_picture(y.numpy())


def _to_picture(painted: np.ndarray[tuple[int, int, int], np.dtype[np.float32]]) -> Picture:
    return np.clip(np.rint((painted + 1.0) * 127.5), 0, 255).astype(np.uint8)
