"""Train the scenery student on labelled photos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.crops import Crops
from training.loop import Progress, Recipe, Run, averaged
from training.losses import imitation_loss
from training.samples import samples
from training.student import Student


def train(photos: Path, labels: Path, checkpoint: Path, recipe: Recipe) -> Iterator[Progress]:
    """Train to ``recipe.steps``; yields every 50 steps, and saves every 500 and at the end.

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

    yield from Run(recipe, Student, loss).to_end(checkpoint)


def averaged_student(checkpoint: Path) -> Student:
    """The student with the running average of its weights, ready to export."""
    return averaged(Student(), checkpoint)
