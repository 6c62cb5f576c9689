"""The global code: what a student knows of the whole picture, read from its thumbnail.

A teacher that normalises over the whole picture paints the same face darker or lighter, by what
stands around it. Where its statistics are known, the code foretells them (``StatisticsCode``);
where they aren't, what is worth knowing is learnt by painting (``LearntCode``).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CODE_SIZE = 48


class LearntCode(nn.Module):
    """Thumbnail ``float[N, 5, 256, 256]``, of which it reads the colours at half the size."""

    WIDTHS: ClassVar = (3, 16, 32, 64, 64)

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = _halving(self.WIDTHS)
        self.linear = nn.Linear(self.WIDTHS[-1], CODE_SIZE)

    def forward(self, thumbnail: Tensor) -> Tensor:
        x = F.avg_pool2d(thumbnail[:, :3], 2)
        for convolution in self.convolutions:
            x = F.relu(convolution(x))
        return F.relu(self.linear(x.mean(dim=(2, 3))))


class StatisticsCode(nn.Module):
    """Thumbnail ``float[N, 5, 256, 256]`` to the teacher's statistics, and those to the code.

    The statistics are standardised over the training samples: ``float[N, statistics]`` of about
    zero mean and unit variance. They can be learnt without painting, and the local network can
    learn to paint from the true ones.

    Args:
        statistics: how many there are.
    """

    WIDTHS: ClassVar = (5, 32, 48, 96, 128, 128)
    GATHERED: ClassVar = 192
    # The layers that are learnt without painting.
    FORETELLING: ClassVar = ("convolutions", "gather", "statistics")
    # Under the logarithm of a mean square.
    LEAST: ClassVar = 1e-4
    HIDDEN: ClassVar = 64

    def __init__(self, statistics: int) -> None:
        super().__init__()
        self.convolutions = _halving(self.WIDTHS)
        self.dropout = nn.Dropout(0.1)
        self.gather = nn.Linear(2 * sum(self.WIDTHS[1:]), self.GATHERED)
        self.statistics = nn.Linear(self.GATHERED, statistics)
        self.hidden = nn.Linear(statistics, self.HIDDEN)
        self.linear = nn.Linear(self.HIDDEN, CODE_SIZE)

    def see(self, thumbnail: Tensor) -> Tensor:
        """Statistics of features at every size: ``float[N, 2 sum(WIDTHS[1:])]``.

        Mean squares before the activation are what the teacher's deviations are made of.
        """
        x, seen = thumbnail, []
        for convolution in self.convolutions:
            drawn = convolution(x)
            x = F.relu(drawn)
            seen.append(x.mean(dim=(2, 3)))
            seen.append((drawn.square().mean(dim=(2, 3)) + self.LEAST).log())
        return torch.cat(seen, dim=1)

    def foretell(self, thumbnail: Tensor) -> Tensor:
        """The teacher's statistics."""
        gathered = self.gather(self.dropout(self.see(thumbnail)))
        told: Tensor = self.statistics(F.relu(gathered))
        return told

    def code_of(self, statistics: Tensor) -> Tensor:
        """What the local network is told."""
        return F.relu(self.linear(F.relu(self.hidden(statistics))))

    def forward(self, thumbnail: Tensor) -> Tensor:
        return self.code_of(self.foretell(thumbnail))


GlobalCode: TypeAlias = LearntCode | StatisticsCode


def code_of_weights(weights: Mapping[str, Tensor]) -> GlobalCode:
    """The kind whose weights a student's state dict has."""
    told = weights.get("code.statistics.bias")
    return LearntCode() if told is None else StatisticsCode(len(told))


def _halving(widths: tuple[int, ...]) -> nn.ModuleList:
    return nn.ModuleList(
        nn.Conv2d(before, after, 3, stride=2, padding=1) for before, after in pairwise(widths)
    )
