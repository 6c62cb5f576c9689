"""What the student is paid for: colours, lines, and as much line as the teacher draws."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

# Context that a crop lacks: its rim isn't judged. Pixels.
MARGIN = 16
_ENERGY_WINDOW = 8


def _gradients(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., :, 1:] - x[..., :, :-1], x[..., 1:, :] - x[..., :-1, :]


def _edge_loss(painted: Tensor, wanted: Tensor) -> Tensor:
    """L1 between the gradients: a line must be where the teacher has it."""
    pairs = zip(_gradients(painted), _gradients(wanted), strict=True)
    return sum(((a - b).abs().mean() for a, b in pairs), start=painted.new_zeros(()))


def _energy_loss(painted: Tensor, wanted: Tensor) -> Tensor:
    """L1 between the amounts of gradient in each small window.

    Where the place of a line is uncertain, L1 alone asks for a blur; this asks for a line.
    """
    loss = painted.new_zeros(())
    for a, b in zip(_gradients(painted), _gradients(wanted), strict=True):
        loss = loss + F.l1_loss(
            F.avg_pool2d(a.abs(), _ENERGY_WINDOW, _ENERGY_WINDOW // 2),
            F.avg_pool2d(b.abs(), _ENERGY_WINDOW, _ENERGY_WINDOW // 2),
        )
    return loss


def imitation_loss(painted: Tensor, wanted: Tensor) -> Tensor:
    """Scalar loss between two ``float[N, 3, H, W]`` in [-1, 1]."""
    painted = painted[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
    wanted = wanted[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
    half_painted, half_wanted = F.avg_pool2d(painted, 2), F.avg_pool2d(wanted, 2)
    return (
        F.l1_loss(painted, wanted)
        + 0.5 * F.l1_loss(F.avg_pool2d(half_painted, 8), F.avg_pool2d(half_wanted, 8))
        + 0.5 * _edge_loss(painted, wanted)
        + 0.5 * _edge_loss(half_painted, half_wanted)
        + 0.5 * _energy_loss(painted, wanted)
    )
