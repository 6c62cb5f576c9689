"""Measure an exported student on photos that it never saw, as the product runs it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from anime_inference.adapters.model_store import Model
from anime_inference.adapters.onnx_runtime import EngineOptions, OnnxGenerator
from anime_inference.logic.memory import Memory
from anime_inference.logic.stylise import paint
from anime_shared.styles import DEFAULT_STYLE
from training.fidelity import Fidelity, measure
from training.samples import samples


def evaluate(
    photos: Path, labels: Path, model: Path, sheets: Path | None
) -> Iterator[tuple[str, Fidelity]]:
    """Name and fidelity of each held-out photo.

    Args:
        photos: the folder that was labelled.
        labels: where the labels lie.
        model: the student's ONNX file.
        sheets: where to write photo, student and teacher side by side; nowhere if ``None``.
    """
    data = model.read_bytes()
    generator = OnnxGenerator(
        DEFAULT_STYLE, Model(data, hashlib.sha256(data).hexdigest()), EngineOptions()
    )
    for sample in samples(photos, labels, "holdout"):
        photo, teacher = sample.read()
        student = paint(photo, generator, Memory(4 * 2**30))
        if sheets is not None:
            sheets.mkdir(parents=True, exist_ok=True)
            together = np.concatenate((photo, student, teacher), axis=1)
            Image.fromarray(together).save(sheets / f"{sample.photo.stem}.png")
        yield sample.photo.name, measure(photo, student, teacher)
