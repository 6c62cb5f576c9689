"""Train the student on labelled photos; cut and resumed at will."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from training.crops import Crops
from training.losses import imitation_loss
from training.samples import samples
from training.student import Student

_WARM_UP_STEPS = 300
_FLOOR = 0.01
_REPORT_EVERY = 50
_SAVE_EVERY = 500


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is defined by; a checkpoint of another recipe isn't resumed.

    ``crop`` is in pixels. The learning rate rises over 300 steps, then falls by a cosine that
    ends at ``steps``; they alone may change between a cut and its resumption.
    """

    steps: int = 14_000
    batch: int = 4
    crop: int = 256
    learning_rate: float = 1e-3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the log: the loss is the mean since the line before."""

    step: int
    loss: float
    learning_rate: float


class _Run:
    def __init__(self, recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.step = 0
        self.student = Student()
        self.average = AveragedModel(self.student, multi_avg_fn=get_ema_multi_avg_fn(0.999))
        self.optimizer = torch.optim.Adam(self.student.parameters(), lr=recipe.learning_rate)
        self.schedule = LambdaLR(self.optimizer, self._rate)

    def _rate(self, step: int) -> float:
        rise = min(1.0, (step + 1) / _WARM_UP_STEPS)
        fall = 0.5 + 0.5 * float(np.cos(np.pi * min(1.0, step / self.recipe.steps)))
        return rise * (_FLOOR + (1 - _FLOOR) * fall)

    def advance(self, crops: Crops) -> float:
        # A generator of its own for each step: a resumed run sees the crops it would have seen.
        random = np.random.default_rng([self.recipe.seed, self.step])
        image, thumbnail, label = crops.batch(self.recipe.batch, random)
        with torch.autocast("cpu", torch.bfloat16):
            painted = self.student(image, thumbnail)
        loss = imitation_loss(painted.float(), label)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        self.average.update_parameters(self.student)
        self.step += 1
        return loss.item()

    def _identity(self) -> str:
        return repr(dataclasses.replace(self.recipe, steps=0))

    def _parts(self) -> dict[str, Any]:
        return {
            "student": self.student,
            "average": self.average,
            "optimizer": self.optimizer,
            "schedule": self.schedule,
        }

    def save(self, file: Path) -> None:
        state = {name: part.state_dict() for name, part in self._parts().items()}
        partial = file.with_suffix(".partial")
        torch.save({"recipe": self._identity(), "step": self.step, **state}, partial)
        partial.replace(file)

    def load(self, file: Path) -> None:
        state = torch.load(file, weights_only=True)
        if state["recipe"] != self._identity():
            raise ValueError(f"{file} was trained by {state['recipe']}, not {self._identity()}")
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.step = state["step"]


def train(photos: Path, labels: Path, checkpoint: Path, recipe: Recipe) -> Iterator[Progress]:
    """Train to ``recipe.steps``; yields every 50 steps, and saves every 500 and at the end.

    Raises:
        ValueError: nothing is labelled yet, or the checkpoint is of another recipe.
    """
    labelled = [s for s in samples(photos, labels, "train") if s.is_labelled]
    if not labelled:
        raise ValueError(f"no labelled photos under {labels}: run the label command first")
    run = _Run(recipe)
    if checkpoint.exists():
        run.load(checkpoint)
    crops = Crops(labelled, recipe.crop)
    losses = []
    while run.step < recipe.steps:
        losses.append(run.advance(crops))
        if run.step % _REPORT_EVERY == 0:
            yield Progress(run.step, float(np.mean(losses)), float(run.schedule.get_last_lr()[0]))
            losses = []
        if run.step % _SAVE_EVERY == 0 or run.step == recipe.steps:
            run.save(checkpoint)


def averaged_student(checkpoint: Path) -> Student:
    """The student with the running average of its weights, ready to export."""
    student = Student()
    state = torch.load(checkpoint, weights_only=True)["average"]
    weights = {k.removeprefix("module."): v for k, v in state.items() if k != "n_averaged"}
    student.load_state_dict(weights)
    return student.eval()
