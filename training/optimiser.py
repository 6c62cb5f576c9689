"""How weights are moved: kernels by Muon (Jordan et al. 2024), all else by Adam."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

_KERNEL_DIMENSIONS = 4


class Optimiser:
    """Both at one learning rate.

    Args:
        network: whose weights are moved.
        learning_rate: its peak; Muon's steps are made as large as Adam's would be.
        factor: what the peak is multiplied by at a step.
    """

    def __init__(
        self, network: nn.Module, learning_rate: float, factor: Callable[[int], float]
    ) -> None:
        weights = list(network.parameters())
        self._kernels = [values for values in weights if values.ndim == _KERNEL_DIMENSIONS]
        # Muon takes matrices; these share the kernels' memory.
        self._matrices = [nn.Parameter(_matrix(values.detach())) for values in self._kernels]
        rest = [values for values in weights if values.ndim != _KERNEL_DIMENSIONS]
        self._methods: tuple[torch.optim.Optimizer, ...] = (
            torch.optim.Muon(
                self._matrices, learning_rate, weight_decay=0, adjust_lr_fn="match_rms_adamw"
            ),
            torch.optim.Adam(rest, learning_rate),
        )
        self._schedules = [LambdaLR(method, factor) for method in self._methods]

    def step(self) -> None:
        """Move every weight that has a gradient, and go on with the schedule."""
        for kernel, matrix in zip(self._kernels, self._matrices, strict=True):
            matrix.grad = None if kernel.grad is None else _matrix(kernel.grad, like=kernel)
        for method, schedule in zip(self._methods, self._schedules, strict=True):
            method.step()
            schedule.step()

    @property
    def learning_rate(self) -> float:
        """Of the next step."""
        return float(self._schedules[0].get_last_lr()[0])

    def _parts(self) -> list[torch.optim.Optimizer | LambdaLR]:
        return [*self._methods, *self._schedules]

    def state_dict(self) -> dict[str, Any]:
        """All that a resumption needs."""
        parts = self._parts()
        return {str(index): part.state_dict() for index, part in enumerate(parts)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse."""
        for index, part in enumerate(self._parts()):
            part.load_state_dict(state[str(index)])


def _matrix(values: Tensor, like: Tensor | None = None) -> Tensor:
    """A kernel's outputs as rows; a view, whichever way the kernel lies in memory."""
    rows = values.permute(0, 2, 3, 1)
    order = (values if like is None else like).permute(0, 2, 3, 1)
    return (rows if order.is_contiguous() else values).flatten(1)
