"""Arithmetic on what was measured: pure functions of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Of several runs, in seconds."""

    median: float
    least: float
    most: float


def spread(seconds: Sequence[float]) -> Spread:
    """Median, least and most."""
    return Spread(float(np.median(seconds)), min(seconds), max(seconds))


def exponent(pixels: Sequence[int], seconds: Sequence[float]) -> float | None:
    """The slope of log seconds over log pixels: 1 is a cost that grows as the picture does.

    ``None`` of fewer than two sizes.
    """
    if len(set(pixels)) < 2:
        return None
    slope, _ = np.polyfit(np.log(pixels), np.log(seconds), 1)
    return float(slope)


def foretold_mib(pixels: int, measured: Sequence[tuple[int, float]]) -> float | None:
    """The peak at that many pixels by a line through the two largest (pixels, MiB) measured.

    Every tensor of these networks is as large as the picture, or as its half or quarter, so their
    memory is linear. ``None`` while fewer than two sizes are known.
    """
    known = sorted(measured)[-2:]
    if len(known) < 2 or known[0][0] == known[1][0]:
        return None
    (few, low), (many, high) = known
    slope = max(0.0, (high - low) / (many - few))
    return high + slope * (pixels - many)


def decibels(value: float) -> str:
    """PSNR as tables have it."""
    return "equal" if math.isinf(value) else f"{value:.1f}"
