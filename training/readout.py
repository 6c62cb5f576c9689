"""Teach a code what to make of what it sees, when another teacher taught it to see."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.code import StatisticsCode

STEPS = 1500
_BATCH = 256
_LEARNING_RATE = 2e-3
_WEIGHT_DECAY = 0.01
# What hardly differs between pictures tells nothing of them.
_LEAST_DEVIATION = 1e-3


def read_out(code: StatisticsCode, seen: Tensor, statistics: Tensor, steps: int = STEPS) -> None:
    """Learn the linear layers that foretell; the convolutions stay as they are.

    It is quick, since no picture is looked at: thousands of steps take seconds.

    Args:
        code: its ``gather`` and ``statistics`` are set.
        seen: of each picture as it is and mirrored, ``float[pictures, 2, features]``.
        statistics: of each, standardised, ``float[pictures, kept]``.
        steps: of the optimiser.
    """
    every = seen.flatten(0, 1)
    mean, deviation = every.mean(dim=0), every.std(dim=0)
    # Features of one size, so that the optimiser's steps are as large for each of them.
    gain = torch.where(deviation > _LEAST_DEVIATION, 1 / deviation, 0)
    standardised = (seen - mean) * gain
    random = torch.Generator().manual_seed(0)
    layers = nn.Sequential(code.dropout, code.gather, nn.ReLU(), code.statistics).train()
    learnt = [*code.gather.parameters(), *code.statistics.parameters()]
    optimiser = torch.optim.AdamW(learnt, _LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        chosen = torch.randint(len(seen), (_BATCH,), generator=random)
        mirrored = torch.randint(2, (_BATCH,), generator=random)
        told = layers(standardised[chosen, mirrored])
        optimiser.zero_grad()
        F.smooth_l1_loss(told, statistics[chosen], beta=0.5).backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        code.gather.weight.mul_(gain)
        code.gather.bias.sub_(code.gather.weight @ mean)
    code.eval()
