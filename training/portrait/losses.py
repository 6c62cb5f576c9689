"""What the portrait student is paid for: first of all eyes, brows and mouth."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

_ENERGY_WINDOW = 8
# Of a pixel far from every face, on a face, at an eye with its brow, and at a mouth.
_AROUND, _FACE, _EYE, _MOUTH = 0.4, 0.6, 4.0, 2.0


def attention(landmarks: NDArray[np.float32], side: int) -> Tensor:
    """How much each pixel counts: ``float[N, 1, side, side]``, with a mean of 1 each.

    Args:
        landmarks: ``float32[N, 5, 2]`` in pixels of the crops.
        side: of the crops.
    """
    eyes, mouth = landmarks[:, :2], landmarks[:, 3:].mean(axis=1)
    apart = np.linalg.norm(eyes[:, 1] - eyes[:, 0], axis=1)
    down = mouth - eyes.mean(axis=1)
    # A turned face has its eyes close together, but the mouth as far below.
    unit = np.maximum(apart, 0.9 * np.linalg.norm(down, axis=1))
    weight = _AROUND + _FACE * _spots(eyes.mean(axis=1) + 0.5 * down, 1.1 * unit, side)
    for eye in (0, 1):
        weight = weight + _EYE * _spots(eyes[:, eye] - 0.1 * down, 0.3 * unit, side)
    weight = weight + _MOUTH * _spots(mouth, 0.32 * unit, side)
    weight /= weight.mean(axis=(1, 2), keepdims=True)
    return torch.from_numpy(weight.astype(np.float32))[:, None]


def _spots(
    centres: NDArray[np.float32], radii: NDArray[np.float32], side: int
) -> NDArray[np.float32]:
    """Gaussians around one centre each, ``[N, side, side]``."""
    places = np.arange(side, dtype=np.float32) + 0.5
    across, down = (
        np.exp(-0.5 * np.square((places - centres[:, axis, None]) / radii[:, None]))
        for axis in (0, 1)
    )
    return down[:, :, None] * across[:, None, :]


def _steps(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., :, 1:] - x[..., :, :-1], x[..., 1:, :] - x[..., :-1, :]


def _edge_loss(painted: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    across, down = ((a - b).abs() for a, b in zip(_steps(painted), _steps(wanted), strict=True))
    return (across * weight[..., :, 1:]).mean() + (down * weight[..., 1:, :]).mean()


def _energy_loss(painted: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """As in ``training.losses``: as much line as the teacher, where its place is uncertain."""
    small = F.avg_pool2d(weight, _ENERGY_WINDOW, _ENERGY_WINDOW // 2)
    loss = painted.new_zeros(())
    for a, b in zip(_steps(painted), _steps(wanted), strict=True):
        first, second = (F.avg_pool2d(x.abs(), _ENERGY_WINDOW, _ENERGY_WINDOW // 2) for x in (a, b))
        height, width = first.shape[-2:]
        loss = loss + ((first - second).abs() * small[..., :height, :width]).mean()
    return loss


def portrait_loss(painted: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    """Scalar loss between two ``float[N, 3, H, W]`` in [-1, 1], at three sizes.

    Args:
        painted: by the student.
        wanted: by the teacher.
        weight: from ``attention``.
    """
    loss = 0.5 * _energy_loss(painted, wanted, weight)
    for share in (1.0, 0.7, 0.7):
        loss = loss + share * ((painted - wanted).abs() * weight).mean()
        loss = loss + 0.5 * share * _edge_loss(painted, wanted, weight)
        painted, wanted, weight = (F.avg_pool2d(x, 2) for x in (painted, wanted, weight))
    return loss
