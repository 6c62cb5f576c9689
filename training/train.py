"""Train the scenery student on labelled photos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.crops import Crops
from training.loop import Progress, Recipe, Run, averaged
from training.losses import imitation_loss
from training.pen import read_weights
from training.samples import samples
from training.student import Student


def train(
    photos: Path, labels: Path, checkpoint: Path, recipe: Recipe, start: Path | None = None
) -> Iterator[Progress]:
    """Train to ``recipe.steps``; yields every 50 steps, and saves every 500 and at the end.

    Args:
        photos: the folder that was labelled.
        labels: where the labels lie.
        checkpoint: where the run is kept; gone on from, if it is there.
        recipe: how it is trained.
        start: the ONNX file of a student to begin with; of random weights if ``None``.

    Raises:
        ValueError: nothing is labelled yet, or the checkpoint is of another recipe.
    """
    labelled = [s for s in samples(photos, labels, "train") if s.is_labelled]
    if not labelled:
        raise ValueError(f"no labelled photos under {labels}: run the label command first")
    crops = Crops(labelled, recipe.crop)

    def loss(student: Student, random: np.random.Generator) -> Tensor:
        image, thumbnail, label = crops.batch(recipe.batch, random)
        with torch.autocast("cpu", torch.bfloat16):
            painted = student(image, thumbnail)
        return imitation_loss(painted.float(), label)

    def network() -> Student:
        student = Student().to(memory_format=torch.channels_last)
        if start is not None:
            begin_with(student, start)
        return student

    yield from Run(recipe, network, loss).to_end(checkpoint)


def begin_with(student: nn.Module, file: Path) -> None:
    """Take over the weights of a student's ONNX file.

    Blocks that it lacks begin as the identity, so the student paints what the file paints.
    """
    kept = read_weights(file)
    state = student.state_dict()
    for name, values in state.items():
        if name in kept:
            values.copy_(torch.from_numpy(kept[name]))
        elif ".second." in name:
            values.zero_()


def averaged_student(checkpoint: Path) -> Student:
    """The student with the running average of its weights, ready to export."""
    return averaged(Student(), checkpoint)
