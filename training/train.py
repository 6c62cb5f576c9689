"""Train the scenery student on labelled photos."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.code import LearntCode, StatisticsCode, code_of_weights
from training.compiled import compiled
from training.crops import Crops
from training.foretell import RECIPE as CODE_RECIPE
from training.foretell import Foretelling, foretelling
from training.loop import Progress, Recipe, Run, averaged_weights
from training.losses import imitation_loss
from training.ranges import fit_ranges
from training.samples import Sample, samples
from training.start import begin_with, code_to_start_with, weights_to_start_with
from training.student import Student

CODE_FILE = "code.pt"
_FITTED_CROPS = 8


def train(
    photos: Path,
    labels: Path,
    checkpoint: Path,
    recipe: Recipe,
    start: Path | None = None,
    code_recipe: Recipe = CODE_RECIPE,
) -> Iterator[Progress]:
    """Train to ``recipe.steps``; yields every 50 steps, and saves every 500 and at the end.

    Where the teacher told its statistics, the global code learns to foretell them first; the
    local network then learns to paint by them.

    Args:
        photos: the folder that was labelled.
        labels: where the labels lie.
        checkpoint: where the run is kept; gone on from, if it is there.
        recipe: how it is trained.
        start: the student to begin with, an ONNX file or a checkpoint; ``None`` begins anew.
        code_recipe: how the code learns to foretell, if it does.

    Raises:
        ValueError: nothing is labelled yet, or the checkpoint is of another recipe.
    """
    labelled = [s for s in samples(photos, labels, "train") if s.is_labelled]
    if not labelled:
        raise ValueError(f"no labelled photos under {labels}: run the label command first")
    crops = Crops(labelled, recipe.crop)
    kept = weights_to_start_with(start) if start else None
    code = code_to_start_with(kept) if kept else None
    told = yield from _told(labelled, crops, checkpoint.with_name(CODE_FILE), code_recipe, code)
    quick = _multiplies_bfloat16() and not recipe.rounds
    paint = compiled(Student.paint)

    def loss(student: Student, random: np.random.Generator) -> Tensor:
        batch = crops.batch(recipe.batch, random)
        code = told.codes(batch.indices, random) if told else student.code(batch.thumbnail)
        with torch.autocast("cpu", torch.bfloat16, enabled=quick):
            painted = paint(student, batch.image, code)
        return imitation_loss(painted.float(), batch.label)

    def network() -> Student:
        student = Student(told.code if told else LearntCode()).to(memory_format=torch.channels_last)
        if kept is not None:
            begin_with(student, kept)
        if recipe.rounds and not checkpoint.exists():
            _fit(student, crops)
        return student

    yield from Run(recipe, network, loss).to_end(checkpoint)


def _multiplies_bfloat16() -> bool:
    """Other processors do, too, but more slowly than float32."""
    return bool(torch.cpu.get_capabilities()["amx_bf16"])


def _told(
    labelled: Sequence[Sample],
    crops: Crops,
    checkpoint: Path,
    recipe: Recipe,
    start: StatisticsCode | None,
) -> Generator[Progress, None, Foretelling | None]:
    """What teaches the code to foretell, if the teacher told its statistics."""
    measured = [known for s in labelled if (known := s.read_statistics()) is not None]
    if len(measured) < len(labelled):
        return None
    return (yield from foretelling(labelled, measured, crops.thumbnails, checkpoint, recipe, start))


def _fit(student: Student, crops: Crops) -> None:
    some = crops.batch(_FITTED_CROPS, np.random.default_rng(0))
    fit_ranges(student, some.image, some.thumbnail)


def averaged_student(checkpoint: Path) -> Student:
    """The student with the running average of its weights, ready to export."""
    weights = averaged_weights(checkpoint)
    student = Student(code_of_weights(weights))
    student.load_state_dict(weights)
    return student.eval()
