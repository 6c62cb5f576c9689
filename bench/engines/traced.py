"""The full model in a form that pnnx and ncnn understand."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from anime_shared.style import Upsampling
from training.generator import Generator


class Twice(nn.Module):
    """``float[N, C, H, W]`` to ``float[N, C, 2H, 2W]``: source of pixel i is i / 2, linear.

    The same as the generator's upsampling, as a transposed convolution of each channel. It has a
    width of 4, though one weight is 0, since pnnx loses the crop that a width of 3 would need.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pad = nn.ReplicationPad2d((0, 1, 0, 1))
        self.up = nn.ConvTranspose2d(
            channels, channels, 4, stride=2, padding=2, groups=channels, bias=False
        )
        line = torch.tensor([0, 0.5, 1, 0.5])
        with torch.no_grad():
            self.up.weight.copy_(torch.outer(line, line))

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        grown: Tensor = self.up(self.pad(x))
        return grown


class TracedGenerator(Generator):
    """AnimeGANv2 for sides that are multiples of 4, without a size computed on the way."""

    def __init__(self) -> None:
        super().__init__(Upsampling.ASYMMETRIC)
        self.to_half = Twice(128)
        self.to_whole = Twice(128)

    def forward(self, image: Tensor) -> Tensor:
        """See :class:`training.generator.Generator`."""
        x = self.block_c(self.block_b(self.block_a(image)))
        x = self.block_e(self.to_whole(self.block_d(self.to_half(x))))
        painted: Tensor = self.out_layer(x)
        return painted
