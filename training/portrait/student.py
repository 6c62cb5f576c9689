"""The portrait student: an encoder-decoder down to 1/16, which sees the whole face at once.

To draw an eye large and at the right place, a pixel must know where the face is; at 1/16 of a
crop of 256 pixels, a few 3 x 3 convolutions span it. Plain convolutions, as they are what ONNX
Runtime is fastest at.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from training.student import ResidualBlock


class PortraitStudent(nn.Module):
    """``image`` float[N, 3, H, W] to float[N, 3, H, W].

    RGB in [-1, 1]; H and W are multiples of 16; the output isn't clipped. It is the photo times
    a learnt mask plus a learnt picture: what the teacher redraws can be painted from nothing,
    and what it leaves need not squeeze through the bottleneck.
    """

    WIDTHS: ClassVar = {2: 32, 4: 48, 8: 80, 16: 104}
    BLOCKS: ClassVar = {2: 3, 4: 3, 8: 2, 16: 2}
    # Pixels on each side that an output pixel can depend on: the sum over the convolutions of
    # their reach times their stride, rounded up to the multiple of 16.
    RECEPTIVE_RADIUS: ClassVar = 160

    def __init__(self) -> None:
        super().__init__()
        c2, c4, c8, c16 = self.WIDTHS.values()
        self.stem = nn.Conv2d(4 * 3, c2, 3, padding=1)
        self.down4 = nn.Conv2d(c2, c4, 3, stride=2, padding=1)
        self.down8 = nn.Conv2d(c4, c8, 3, stride=2, padding=1)
        self.down16 = nn.Conv2d(c8, c16, 3, stride=2, padding=1)
        self.body16 = self._body(16)
        self.up8 = nn.Conv2d(c16, 4 * c8, 1)
        self.body8 = self._body(8)
        self.up4 = nn.Conv2d(c8, 4 * c4, 1)
        self.body4 = self._body(4)
        self.up2 = nn.Conv2d(c4, 4 * c2, 1)
        self.body2 = self._body(2)
        self.head = nn.Conv2d(c2, 4 * 4, 3, padding=1)
        with torch.no_grad():
            self.head.weight.mul_(0.1)

    def _body(self, stride: int) -> nn.Sequential:
        return nn.Sequential(
            *(ResidualBlock(self.WIDTHS[stride]) for _ in range(self.BLOCKS[stride]))
        )

    def forward(self, image: Tensor) -> Tensor:
        x2 = F.relu(self.stem(F.pixel_unshuffle(image, 2)))
        x4 = F.relu(self.down4(x2))
        x8 = F.relu(self.down8(x4))
        y16 = self.body16(F.relu(self.down16(x8)))
        y8 = self.body8(x8 + F.pixel_shuffle(self.up8(y16), 2))
        y4 = self.body4(x4 + F.pixel_shuffle(self.up4(y8), 2))
        y2 = self.body2(x2 + F.pixel_shuffle(self.up2(y4), 2))
        planes = F.pixel_shuffle(self.head(y2), 2)
        return image * (1 - planes[:, 3:]) + planes[:, :3]
