"""Kernels and all other weights are moved, each by its method."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="torch is installed by make test-torch")

from torch import Tensor  # noqa: E402
from torch import memory_format as MemoryFormat  # noqa: E402, N812

from training.optimiser import Optimiser  # noqa: E402

pytestmark = pytest.mark.torch
FORMATS = [torch.contiguous_format, torch.channels_last]


def moved(memory_format: MemoryFormat) -> list[Tensor]:
    """The weights of a layer after two steps, and of one whose gradient there isn't."""
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 8, 3).to(memory_format=memory_format)
    idle = torch.nn.Conv2d(2, 2, 3)
    image = torch.rand(1, 3, 10, 10)
    optimiser = Optimiser(torch.nn.ModuleList([layer, idle]), 0.01, lambda step: 1 / (1 + step))
    for _ in range(2):
        layer.zero_grad(set_to_none=True)
        layer(image).square().mean().backward()
        optimiser.step()
    assert optimiser.learning_rate == pytest.approx(0.01 / 3)
    return [layer.weight.detach(), layer.bias.detach(), idle.weight.detach()]


@pytest.mark.parametrize("memory_format", FORMATS, ids=str)
def test_what_has_a_gradient_moves(memory_format: MemoryFormat) -> None:
    torch.manual_seed(0)
    before, idle = torch.nn.Conv2d(3, 8, 3), torch.nn.Conv2d(2, 2, 3)
    weight, bias, untouched = moved(memory_format)
    assert (weight != before.weight).all()
    assert (bias != before.bias).all()
    assert torch.equal(untouched, idle.weight)


def test_it_does_not_matter_how_a_kernel_lies_in_memory() -> None:
    first, second = moved(FORMATS[0]), moved(FORMATS[1])
    for one, other in zip(first, second, strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=0)


def test_no_direction_of_a_kernel_is_forgotten() -> None:
    """That is what Muon does: the singular values of its step are nearer than the gradient's."""
    torch.manual_seed(0)
    kernel = torch.nn.Conv2d(3, 8, 3)
    sizes = torch.logspace(0, -2, 8).reshape(8, 1, 1, 1)
    kernel.weight.grad = torch.randn(8, 3, 3, 3) * sizes
    before = kernel.weight.detach().clone()
    Optimiser(kernel, 0.01, lambda _: 1.0).step()
    step = torch.linalg.svdvals((kernel.weight.detach() - before).flatten(1))
    assert step.min() > step.max() / 4
