"""Train the portrait student on labelled faces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.crops import to_tensor
from training.loop import Progress, Recipe, Run, averaged
from training.portrait.label import Labelled, read_labelled
from training.portrait.losses import attention, portrait_loss
from training.portrait.student import PortraitStudent
from training.portrait.variants import SIDE

RECIPE = Recipe(steps=10_000, batch=8, crop=SIDE, learning_rate=1.5e-3)


class Portraits:
    """Every variant in memory, about 400 kB each."""

    def __init__(self, faces: Sequence[Labelled]) -> None:
        self._faces = faces

    def batch(self, count: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """(image, label, weight) tensors of variants of ``count`` faces; each face as likely."""
        chosen = [self._faces[i] for i in random.integers(len(self._faces), size=count)]
        variants = [int(random.integers(len(face.crops))) for face in chosen]
        pairs = list(zip(chosen, variants, strict=True))
        return (
            to_tensor([face.crops[variant] for face, variant in pairs]),
            to_tensor([face.labels[variant] for face, variant in pairs]),
            attention(np.stack([face.landmarks[variant] for face, variant in pairs]), SIDE),
        )


def train(work: Path, checkpoint: Path, recipe: Recipe = RECIPE) -> Iterator[Progress]:
    """Train to ``recipe.steps`` on the labelled faces under ``work``; resumable.

    Yields every 50 steps, and saves every 500 and at the end.

    Raises:
        ValueError: nothing is labelled yet, or the checkpoint is of another recipe.
    """
    files = sorted((work / "train").glob("*.npz"))
    if not files:
        raise ValueError(f"no labelled faces under {work}: run the label command first")
    portraits = Portraits([read_labelled(file) for file in files])

    def loss(student: PortraitStudent, random: np.random.Generator) -> Tensor:
        image, label, weight = portraits.batch(recipe.batch, random)
        with torch.autocast("cpu", torch.bfloat16):
            painted = student(image)
        return portrait_loss(painted.float(), label, weight)

    yield from Run(recipe, _network, loss).to_end(checkpoint)


def _network() -> PortraitStudent:
    # Else bfloat16 convolutions on a CPU spend a good part of their time on reordering.
    return PortraitStudent().to(memory_format=torch.channels_last)


def averaged_student(checkpoint: Path) -> PortraitStudent:
    """The student with the running average of its weights, ready to export."""
    return averaged(PortraitStudent(), checkpoint)
