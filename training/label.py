"""Label photos with a teacher: what the student shall learn to paint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime as ort

from training.samples import Picture, samples


class Teacher:
    """A generator as an ONNX graph: RGB in [-1, 1], NCHW, any size, same size out."""

    def __init__(self, graph: Path) -> None:
        self._session = ort.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def paint(self, photo: Picture) -> Picture:
        """``uint8[H, W, 3]`` RGB to the teacher's picture of the same shape."""
        x = photo.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1.0
        y = self._session.run(None, {self._input: x})[0][0].transpose(1, 2, 0)
        return np.clip(np.rint((y + 1.0) * 127.5), 0, 255).astype(np.uint8)


def label(photos: Path, labels: Path, teacher: Path) -> Iterator[tuple[int, int]]:
    """Label what is not labelled yet; yields (done, total) after each photo.

    Cut it at any time and start it again: a labelled photo is not painted twice.
    The holdout comes first, since every measurement needs it.
    """
    todo = [*samples(photos, labels, "holdout"), *samples(photos, labels, "train")]
    painter = Teacher(teacher)
    for done, sample in enumerate(todo, start=1):
        if not sample.is_labelled:
            photo = sample.render()
            sample.write(photo, painter.paint(photo))
        yield done, len(todo)
