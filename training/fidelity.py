"""How like its teacher a student paints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from training.samples import Picture


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Of one picture, or the mean over many.

    Attributes:
        psnr: decibels, over RGB in 0 to 255.
        ssim: structural similarity, mean over the colours (Wang et al. 2004, window of 7).
        explained_change: 1 - |student - teacher|^2 / |photo - teacher|^2. 0 is a network that
            does nothing, 1 is the teacher.
        edge_energy: mean absolute gradient of the student over the teacher's. Below 1 the lines
            are soft, above 1 they are too hard or there is noise.
    """

    psnr: float
    ssim: float
    explained_change: float
    edge_energy: float


def measure(photo: Picture, student: Picture, teacher: Picture) -> Fidelity:
    """Compare pictures of equal size, RGB ``uint8[H, W, 3]``."""
    if np.array_equal(student, teacher):
        return Fidelity(psnr=math.inf, ssim=1.0, explained_change=1.0, edge_energy=1.0)
    wanted = teacher.astype(np.float64)
    missed = np.square(student - wanted).sum()
    change = np.square(photo - wanted).sum()
    return Fidelity(
        psnr=float(peak_signal_noise_ratio(teacher, student)),
        ssim=float(structural_similarity(teacher, student, channel_axis=2)),
        explained_change=float(1 - missed / max(change, 1.0)),
        edge_energy=_gradient(student) / max(_gradient(teacher), 1e-9),
    )


def mean(measured: Sequence[Fidelity]) -> Fidelity:
    """The mean of each figure."""
    return Fidelity(
        *(float(np.mean([getattr(m, f.name) for m in measured])) for f in fields(Fidelity))
    )


def _gradient(picture: Picture) -> float:
    values: NDArray[np.int16] = picture.astype(np.int16)
    return float(sum(np.abs(np.diff(values, axis=axis)).mean() for axis in (0, 1)))
