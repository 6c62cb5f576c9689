"""The student: a small generator that a picture can be cut into tiles for, exactly.

Two parts. The *local network* is an encoder-decoder of plain 3 x 3 convolutions at 1/2, 1/4 and
1/8 of the photo's size, with no normalisation over the picture, so that each output pixel hangs
on a bounded neighbourhood (``Student.RECEPTIVE_RADIUS``). The *global code* is what the teacher's
normalisation over the whole picture knows: a few numbers read from a thumbnail of the whole
photo (``training/code.py``), which scale and shift the features at each size (FiLM, Perez et al.
2018).
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.code import CODE_SIZE, GlobalCode
from training.rounding import Rounding, RoundingConv2d


class ResidualBlock(nn.Module):
    """Two 3 x 3 convolutions around a skip; starts close to the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = RoundingConv2d(channels, channels, 3, relu=True)
        self.second = RoundingConv2d(channels, channels, 3)
        self.sum = Rounding(positive=True)
        with torch.no_grad():
            self.second.weight.mul_(0.1)

    def forward(self, x: Tensor) -> Tensor:
        return self.sum(F.relu(x + self.second(self.first(x))))


class Modulation(nn.Module):
    """Scale and shift of each channel by the global code; starts as the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(CODE_SIZE, 2 * channels)
        self.modulated = Rounding(positive=False)
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        scale, shift = self.linear(code)[:, :, None, None].chunk(2, dim=1)
        return self.modulated(x * (1 + scale) + shift)


class Student(nn.Module):
    """``image`` float[N, 3, H, W] and its ``thumbnail`` to float[N, 3, H, W].

    RGB in [-1, 1]; H and W are multiples of 8; the output isn't clipped. It is the photo plus a
    learnt change, so detail need not squeeze through the bottleneck.

    Args:
        code: what reads the thumbnail.
    """

    WIDTHS: ClassVar = {2: 48, 4: 64, 8: 96}
    BLOCKS: ClassVar = {2: 7, 4: 6, 8: 2}
    # Pixels on each side that an output pixel can depend on: the sum over the convolutions of
    # their reach times their stride, rounded up to the multiple of 8.
    RECEPTIVE_RADIUS: ClassVar = 120

    def __init__(self, code: GlobalCode) -> None:
        super().__init__()
        c2, c4, c8 = self.WIDTHS.values()
        self.code = code
        # First and last see and paint the picture itself: rounded, they would add grain.
        self.stem = RoundingConv2d(4 * 3, c2, 3, relu=True, exact=True)
        self.down4 = RoundingConv2d(c2, c4, 3, stride=2, relu=True)
        self.down8 = RoundingConv2d(c4, c8, 3, stride=2, relu=True)
        self.modulate8 = Modulation(c8)
        self.body8 = self._body(8)
        self.up4 = RoundingConv2d(c8, 4 * c4, 1)
        self.modulate4 = Modulation(c4)
        self.body4 = self._body(4)
        self.up2 = RoundingConv2d(c4, 4 * c2, 1)
        self.modulate2 = Modulation(c2)
        self.body2 = self._body(2)
        self.head = nn.Conv2d(c2, 4 * 3, 3, padding=1)
        with torch.no_grad():
            self.head.weight.mul_(0.1)

    def _body(self, stride: int) -> nn.Sequential:
        return nn.Sequential(
            *(ResidualBlock(self.WIDTHS[stride]) for _ in range(self.BLOCKS[stride]))
        )

    def forward(self, image: Tensor, thumbnail: Tensor) -> Tensor:
        return self.paint(image, self.code(thumbnail))

    def paint(self, image: Tensor, code: Tensor) -> Tensor:
        """With the global code ``float[N, CODE_SIZE]`` given."""
        x2 = self.stem(F.pixel_unshuffle(image, 2))
        x4 = self.down4(x2)
        x8 = self.down8(x4)
        y8 = self.body8(self.modulate8(x8, code))
        y4 = self.body4(self.modulate4(x4 + F.pixel_shuffle(self.up4(y8), 2), code))
        y2 = self.body2(self.modulate2(x2 + F.pixel_shuffle(self.up2(y4), 2), code))
        return image + F.pixel_shuffle(self.head(y2), 2)
