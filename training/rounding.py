"""Rounding as the exported network does it, so that a student learns to live with it.

Activations are kept as uint8 and kernels as int8, each kind with a scale, and products are summed
as integers (Jacob et al. 2018), which takes less time than float32.
Gradients pass as if nothing were rounded, but for what lies beyond the range.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

ACTIVATION_LEVELS = 255
# Seven bits: the sum of two products with a uint8 fits 16 bits, which is what AVX2 has. Every
# processor then finds the same sums.
KERNEL_LEVELS = 63


class Rounding(nn.Module):
    """What passes, rounded to 256 levels of a range that always holds 0.

    The range is learnt with the weights (Esser et al. 2020); both its ends are 0 until they
    are fitted (``training/ranges.py``).

    Args:
        positive: nothing below 0 passes.
    """

    def __init__(self, *, positive: bool) -> None:
        super().__init__()
        self.rounds = False
        self.low = nn.Parameter(torch.zeros(()), requires_grad=not positive)
        self.high = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        if not self.rounds:
            return x
        scale, zero_point = grid(self.low, self.high)
        level = (x / scale + zero_point).clamp(0, ACTIVATION_LEVELS)
        return (_round(level) - zero_point) * scale


class RoundingConv2d(nn.Conv2d):
    """A convolution, with a ReLU if asked for, whose kernel and output are rounded.

    The kernel has 127 levels for each output channel; it is ``exact`` where what it multiplies
    wasn't rounded either.
    """

    def __init__(
        self,
        before: int,
        after: int,
        side: int,
        stride: int = 1,
        *,
        relu: bool = False,
        exact: bool = False,
    ) -> None:
        super().__init__(before, after, side, stride, padding=side // 2)
        self.relu = relu
        self.exact = exact
        self.rounds = False
        self.output = Rounding(positive=relu)

    def forward(self, x: Tensor) -> Tensor:
        y = self._conv_forward(x, self._kernel(), self.bias)
        return self.output(F.relu(y) if self.relu else y)

    def _kernel(self) -> Tensor:
        if self.exact or not self.rounds:
            return self.weight
        largest = self.weight.detach().abs().amax(dim=(1, 2, 3), keepdim=True)
        scale = _scale(largest, KERNEL_LEVELS)
        return _round(self.weight / scale) * scale


def grid(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """Scale and zero point of a range: ``value = (level - zero_point) * scale``."""
    low = low.clamp(max=0)
    scale = _scale(high.clamp(min=0) - low, ACTIVATION_LEVELS)
    return scale, (-low / scale).detach().round()


def _scale(extent: Tensor, levels: int) -> Tensor:
    """Of what is always 0, any scale will do."""
    return torch.where(extent > 0, extent / levels, torch.ones_like(extent))


def _round(values: Tensor) -> Tensor:
    """Gradients pass as if nothing were rounded."""
    return values + (values.round() - values).detach()


def set_rounding(network: nn.Module, *, rounds: bool) -> None:
    """Round everywhere in the network, or nowhere."""
    for module in network.modules():
        if isinstance(module, (Rounding, RoundingConv2d)):
            module.rounds = rounds
