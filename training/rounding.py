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
_MOMENTUM = 0.05
_SMALLEST_SCALE = 1e-8


class Rounding(nn.Module):
    """What passes, rounded to 256 levels of a range that always holds 0.

    The range is a running mean of the batches' least and greatest values, watched while training;
    ``low`` and ``high`` are both 0 until the first.
    """

    low: Tensor
    high: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.rounds = False
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        if not self.rounds:
            return x
        if self.training:
            self._watch(x.detach())
        scale, zero_point = grid(self.low, self.high)
        return torch.fake_quantize_per_tensor_affine(x, scale, zero_point, 0, ACTIVATION_LEVELS)

    def _watch(self, x: Tensor) -> None:
        least, greatest = x.aminmax()
        first = bool(self.low == self.high)
        self.low.lerp_(least.clamp(max=0), 1.0 if first else _MOMENTUM)
        self.high.lerp_(greatest.clamp(min=0), 1.0 if first else _MOMENTUM)


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
        self.output = Rounding()

    def forward(self, x: Tensor) -> Tensor:
        y = self._conv_forward(x, self._kernel(), self.bias)
        return self.output(F.relu(y) if self.relu else y)

    def _kernel(self) -> Tensor:
        if self.exact or not self.rounds:
            return self.weight
        largest = self.weight.detach().abs().amax(dim=(1, 2, 3))
        scale = (largest / KERNEL_LEVELS).clamp(min=_SMALLEST_SCALE)
        none = torch.zeros_like(scale, dtype=torch.int32)
        return torch.fake_quantize_per_channel_affine(
            self.weight, scale, none, 0, -KERNEL_LEVELS, KERNEL_LEVELS
        )


def grid(low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """Scale and zero point (int32) of a range: ``value = (level - zero_point) * scale``."""
    scale = ((high - low) / ACTIVATION_LEVELS).clamp(min=_SMALLEST_SCALE)
    return scale, (-low / scale).round().int()


def set_rounding(network: nn.Module, *, rounds: bool) -> None:
    """Round everywhere in the network, or nowhere."""
    for module in network.modules():
        if isinstance(module, (Rounding, RoundingConv2d)):
            module.rounds = rounds
