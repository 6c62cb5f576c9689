"""Teach a code to foretell the teacher's statistics from thumbnails alone: minutes, not hours."""

from __future__ import annotations

import math
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from training.code import StatisticsCode
from training.crops import to_tensor
from training.loop import Progress, Recipe, Run, averaged
from training.readout import read_out
from training.samples import Picture, Sample, Statistics, fraction
from training.statistics import Scale

RECIPE = Recipe(steps=2600, batch=24, learning_rate=2e-3)
# Of the photos to train on: how wrong the code is on them, it is on any photo it never saw.
_CHECKED_SHARE = 0.1
_EVALUATED_AT_ONCE = 32


@dataclass(frozen=True, slots=True, eq=False)
class Foretelling:
    """A code that foretells statistics, and what a local network learns from.

    Attributes:
        code: reads thumbnails.
        statistics: the true ones of every sample, standardised: ``float[samples, kept]``.
        misses: foretold less true, for some photos that the code didn't learn from.
    """

    code: StatisticsCode
    statistics: Tensor
    misses: Tensor

    def codes(self, indices: NDArray[np.int64], random: np.random.Generator) -> Tensor:
        """Of the true statistics of these samples, made as wrong as they will be foretold."""
        missed = self.misses[random.integers(len(self.misses), size=len(indices))]
        return self.code.code_of(self.statistics[indices] + missed)


def foretelling(
    labelled: Sequence[Sample],
    measured: Sequence[Statistics],
    thumbnails: Sequence[Picture],
    checkpoint: Path,
    recipe: Recipe = RECIPE,
    start: StatisticsCode | None = None,
) -> Generator[Progress, None, Foretelling]:
    """Train a code to ``recipe.steps``; resumable.

    With another code to start with, only what is made of its features is learnt: that takes a
    minute, and needs no checkpoint.

    Args:
        labelled: the samples.
        measured: what the teacher's normalisations saw of each.
        thumbnails: of each, ``uint8[256, 256, 5]``.
        checkpoint: where the run is kept; gone on from, if it is there.
        recipe: how it is trained.
        start: a code that foretells other statistics.

    Raises:
        ValueError: the checkpoint is of another recipe.
    """
    kept_back = _kept_back({sample.photo.name for sample in labelled})
    checked = np.array([sample.photo.name in kept_back for sample in labelled])
    learnt = np.flatnonzero(~checked)
    every = np.stack(measured)
    statistics = Scale.of(every[learnt]).standardised(every)

    def loss(code: StatisticsCode, random: np.random.Generator) -> Tensor:
        chosen = random.choice(learnt, recipe.batch)
        # Mirrored pictures have the statistics of the picture, nearly.
        steps = random.choice((-1, 1), recipe.batch)
        some = [thumbnails[i][:, ::step] for i, step in zip(chosen.tolist(), steps, strict=True)]
        return F.smooth_l1_loss(code.foretell(to_tensor(some)), statistics[chosen], beta=0.5)

    def network() -> StatisticsCode:
        return StatisticsCode(statistics.shape[1])

    if start is None or checkpoint.exists():
        yield from Run(recipe, network, loss).to_end(checkpoint)
        code = averaged(network(), checkpoint)
    else:
        # So that a resumed run, and the one with rounding, read out the same.
        torch.manual_seed(recipe.seed)
        code = _seeing_as(start, [thumbnails[i] for i in learnt.tolist()], statistics[learnt])
    seldom = np.flatnonzero(checked)
    told = foretold(code, [thumbnails[i] for i in seldom.tolist()])
    return Foretelling(code, statistics, told - statistics[seldom])


def _kept_back(photos: Collection[str]) -> set[str]:
    by_chance = sorted(photos, key=lambda name: fraction(f"check {name}"))
    return set(by_chance[: math.ceil(_CHECKED_SHARE * len(by_chance))])


def _seeing_as(
    start: StatisticsCode, thumbnails: Sequence[Picture], known: Tensor
) -> StatisticsCode:
    """A code that foretells what is known of these thumbnails, by what another one sees."""
    code = StatisticsCode(known.shape[1])
    code.convolutions.load_state_dict(start.convolutions.state_dict())
    read_out(code, _seen(code, thumbnails), known)
    return code


def _seen(code: StatisticsCode, thumbnails: Sequence[Picture]) -> Tensor:
    """As they are and mirrored."""
    with torch.no_grad():
        both = [
            torch.stack((code.see(some), code.see(some.flip(-1))), dim=1)
            for some in _batches(thumbnails)
        ]
    return torch.cat(both)


def foretold(code: StatisticsCode, thumbnails: Sequence[Picture]) -> Tensor:
    """Standardised, ``float[pictures, kept]``, of ``uint8[256, 256, 5]`` each."""
    with torch.no_grad():
        return torch.cat([code.foretell(some) for some in _batches(thumbnails)])


def _batches(thumbnails: Sequence[Picture]) -> Iterator[Tensor]:
    for start in range(0, len(thumbnails), _EVALUATED_AT_ONCE):
        yield to_tensor(thumbnails[start : start + _EVALUATED_AT_ONCE])
