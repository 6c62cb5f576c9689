"""The training loop that both students share; cut and resumed at will."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from training.optimiser import Optimiser
from training.rounding import set_rounding

WARM_UP_STEPS = 300
SAVE_EVERY = 500
_FLOOR = 0.01
_DECAY = 0.999
_REPORT_EVERY = 50

Network = TypeVar("Network", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run is defined by; a checkpoint of another recipe isn't resumed.

    ``crop`` is in pixels. The learning rate rises over 300 steps, then falls by a cosine that
    ends at ``steps``; they alone may change between a cut and its resumption. With ``rounds``,
    the network learns to live with what the exported one rounds.
    """

    steps: int = 14_000
    batch: int = 4
    crop: int = 256
    learning_rate: float = 8e-4
    seed: int = 0
    rounds: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of the log: the loss is the mean since the line before."""

    step: int
    loss: float
    learning_rate: float


class Run(Generic[Network]):
    """A network on its way, with everything that a resumption needs.

    Args:
        recipe: see there.
        network: makes the network to train; called after the seed is set.
        loss: of the network on a batch that it draws from the generator of random numbers.
    """

    def __init__(
        self,
        recipe: Recipe,
        network: Callable[[], Network],
        loss: Callable[[Network, np.random.Generator], Tensor],
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.step = 0
        self.student = network()
        set_rounding(self.student, rounds=recipe.rounds)
        self.average = AveragedModel(self.student, avg_fn=_average)
        self.optimiser = Optimiser(self.student, recipe.learning_rate, self._factor)
        self._loss = loss

    def _factor(self, step: int) -> float:
        rise = min(1.0, (step + 1) / WARM_UP_STEPS)
        fall = 0.5 + 0.5 * float(np.cos(np.pi * min(1.0, step / self.recipe.steps)))
        return rise * (_FLOOR + (1 - _FLOOR) * fall)

    def advance(self) -> float:
        """One step of the optimiser; the loss before it."""
        # A generator of its own for each step: a resumed run sees the crops it would have seen.
        random = np.random.default_rng([self.recipe.seed, self.step])
        loss = self._loss(self.student, random)
        self.student.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
        self.optimiser.step()
        self.average.update_parameters(self.student)
        self.step += 1
        return loss.item()

    def to_end(self, checkpoint: Path) -> Iterator[Progress]:
        """Go on from the checkpoint, if there is one, to ``recipe.steps``.

        Yields every 50 steps, and saves every 500 and at the end.

        Raises:
            ValueError: the checkpoint is of another recipe.
        """
        if checkpoint.exists():
            self.load(checkpoint)
        losses = []
        while self.step < self.recipe.steps:
            losses.append(self.advance())
            if self.step % _REPORT_EVERY == 0:
                yield Progress(self.step, float(np.mean(losses)), self.optimiser.learning_rate)
                losses = []
            if self.step % SAVE_EVERY == 0 or self.step == self.recipe.steps:
                self.save(checkpoint)

    def _identity(self) -> str:
        return repr(dataclasses.replace(self.recipe, steps=0))

    def _parts(self) -> dict[str, Any]:
        return {
            "student": self.student,
            "average": self.average,
            "optimiser": self.optimiser,
        }

    def save(self, file: Path) -> None:
        """Write the checkpoint, by an atomic rename."""
        state = {name: part.state_dict() for name, part in self._parts().items()}
        partial = file.with_suffix(".partial")
        torch.save({"recipe": self._identity(), "step": self.step, **state}, partial)
        partial.replace(file)

    def load(self, file: Path) -> None:
        """Take over a checkpoint.

        Raises:
            ValueError: it is of another recipe.
        """
        state = torch.load(file, weights_only=True)
        if state["recipe"] != self._identity():
            raise ValueError(f"{file} was trained by {state['recipe']}, not {self._identity()}")
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.step = state["step"]


def _average(average: Tensor, value: Tensor, count: Tensor | int) -> Tensor:
    """A running average over about a thousand steps, and over fewer when there were few."""
    decay = min(_DECAY, (1 + float(count)) / (10 + float(count)))
    return torch.lerp(average, value, 1 - decay)


def averaged_weights(checkpoint: Path) -> dict[str, Tensor]:
    """The running average of a checkpoint's weights, a state dict."""
    state = torch.load(checkpoint, weights_only=True)["average"]
    return {k.removeprefix("module."): v for k, v in state.items() if k != "n_averaged"}


def averaged(network: Network, checkpoint: Path) -> Network:
    """``network`` with :func:`averaged_weights`, ready to export."""
    network.load_state_dict(averaged_weights(checkpoint))
    return network.eval()
