"""Measure an exported student on photos that it never saw, as the product runs it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from anime_inference.adapters.engine import EngineOptions
from anime_inference.adapters.model_store import Model
from anime_inference.adapters.onnx_runtime import OnnxGenerator
from anime_inference.logic.memory import Memory
from anime_inference.logic.stylise import paint
from anime_shared.styles import DEFAULT_STYLE
from training.fidelity import Fidelity, measure
from training.samples import samples
from training.sheets import ContactSheet, spread_over
from training.teacher import Teacher


def evaluate(
    photos: Path,
    labels: Path,
    model: Path,
    sheets: Path | None,
    *,
    most: int | None = None,
    teacher: Teacher | None = None,
) -> Iterator[tuple[str, Fidelity]]:
    """Name and fidelity of each held-out photo.

    Args:
        photos: the folder that was labelled.
        labels: where the labels lie.
        model: the student's ONNX file.
        sheets: where to write contact sheets of photo, teacher and student; nowhere if ``None``.
        most: photos, evenly over all that are held out; all if ``None``.
        teacher: labels what isn't labelled yet.
    """
    data = model.read_bytes()
    generator = OnnxGenerator(
        DEFAULT_STYLE, Model(data, hashlib.sha256(data).hexdigest()), EngineOptions()
    )
    sheet = ContactSheet(sheets) if sheets is not None else None
    for sample in spread_over(list(samples(photos, labels, "holdout")), most):
        if teacher is not None and not sample.is_labelled:
            rendered = sample.render()
            sample.write(rendered, teacher.label(rendered))
        photo, wanted = sample.read()
        student = paint(photo, generator, Memory(4 * 2**30))
        fidelity = measure(photo, student, wanted)
        if sheet is not None:
            sheet.add(sample.photo.name, photo, wanted, student, fidelity)
        yield sample.photo.name, fidelity
    if sheet is not None:
        sheet.close()
