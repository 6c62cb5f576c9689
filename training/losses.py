"""What the student is paid for: colours, lines, and as much line as the teacher draws."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

# Context that a crop lacks: its rim isn't judged. Pixels.
MARGIN = 16
_ENERGY_WINDOW = 8
_SSIM_WINDOW = 7
# Of values in 0 to 1.
_C1, _C2 = 0.01**2, 0.03**2


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


def _unlikeness(painted: Tensor, wanted: Tensor) -> Tensor:
    """1 - SSIM, mean over the colours (Wang et al. 2004; windows of 7, as it is measured with)."""

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, _SSIM_WINDOW, 2)

    a, b = mean(painted), mean(wanted)
    variance = mean(painted * painted) - a * a + mean(wanted * wanted) - b * b
    covariance = mean(painted * wanted) - a * b
    likeness = (2 * a * b + _C1) * (2 * covariance + _C2)
    return 1 - (likeness / ((a * a + b * b + _C1) * (variance + _C2))).mean()


def imitation_loss(painted: Tensor, wanted: Tensor) -> Tensor:
    """Scalar loss between two ``float[N, 3, H, W]`` in [-1, 1]."""
    # Plane by plane: pooling pixel by pixel of three colours takes several times as long.
    painted = painted[..., MARGIN:-MARGIN, MARGIN:-MARGIN].contiguous()
    wanted = wanted[..., MARGIN:-MARGIN, MARGIN:-MARGIN].contiguous()
    half_painted, half_wanted = F.avg_pool2d(painted, 2), F.avg_pool2d(wanted, 2)
    coarse_painted, coarse_wanted = F.avg_pool2d(half_painted, 8), F.avg_pool2d(half_wanted, 8)
    return (
        F.l1_loss(painted, wanted)
        + 2 * F.mse_loss(painted, wanted)
        + 0.5 * F.l1_loss(coarse_painted, coarse_wanted)
        + 4 * F.mse_loss(coarse_painted, coarse_wanted)
        + 0.5 * _edge_loss(painted, wanted)
        + 0.5 * _edge_loss(half_painted, half_wanted)
        + 0.7 * _energy_loss(painted, wanted)
        + 0.5 * _unlikeness((painted + 1) / 2, (wanted + 1) / 2)
    )
