"""Fit the ranges of a student that rounds: what is seldom reached costs all else precision."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from training.rounding import Rounding, set_rounding
from training.student import Student

# Parts of the range that was watched.
_SHARES = (0.8, 0.65, 0.5, 0.4, 0.3)


def fit_ranges(student: Student, image: Tensor, thumbnail: Tensor) -> tuple[float, float]:
    """Narrow each range, from the first layer to the last, while the whole misses less by it.

    Args:
        student: it rounds from then on.
        image: ``float[N, 3, H, W]`` in [-1, 1], to try it on.
        thumbnail: of each whole picture.

    Returns:
        Mean squared error to the same student without rounding, before and after.
    """
    with torch.no_grad():
        code = student.eval().code(thumbnail)
        set_rounding(student, rounds=False)
        wanted = student.paint(image, code)
        set_rounding(student, rounds=True)

        def missed() -> float:
            return (student.paint(image, code) - wanted).square().mean().item()

        before = least = missed()
        for part in student.modules():
            if isinstance(part, Rounding):
                for end in (part.low, part.high):
                    least = _narrow(end, missed, least)
    return before, least


def _narrow(end: Tensor, missed: Callable[[], float], least: float) -> float:
    """Move one end of a range towards 0; gives back the error with it."""
    watched = best = end.item()
    for share in _SHARES if watched else ():
        end.fill_(watched * share)
        error = missed()
        if error >= least:
            break
        least, best = error, end.item()
    end.fill_(best)
    return least
