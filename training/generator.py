"""AnimeGANv2's generator in PyTorch: the reference that the ONNX graph is compared with.

Architecture: J. Chen, G. Liu, X. Chen, "AnimeGAN: a novel lightweight GAN for photo animation"
(ISICA 2019), second version. Module names are those of the published PyTorch state dicts.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from anime_shared.style import Upsampling

# Left, right, top, bottom, as torch pads.
Padding = tuple[int, int, int, int]
_NONE: Padding = (0, 0, 0, 0)
_AROUND_1: Padding = (1, 1, 1, 1)
_AROUND_3: Padding = (3, 3, 3, 3)
_FAR: Padding = (0, 1, 0, 1)


class ConvNorm(nn.Sequential):
    """Reflection padding, convolution, GroupNorm over the whole picture, LeakyReLU."""

    def __init__(
        self,
        before: int,
        after: int,
        *,
        kernel: int = 3,
        stride: int = 1,
        padding: Padding = _AROUND_1,
        groups: int = 1,
    ) -> None:
        super().__init__(
            nn.ReflectionPad2d(padding),
            nn.Conv2d(before, after, kernel, stride, groups=groups, bias=groups > 1),
            nn.GroupNorm(1, after),
            nn.LeakyReLU(0.2),
        )


class InvertedResidual(nn.Module):
    """Widen, depthwise convolution, narrow; with a skip where the widths agree."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        wide = 2 * before
        self.skip = before == after
        self.layers = nn.Sequential(
            ConvNorm(before, wide, kernel=1, padding=_NONE),
            ConvNorm(wide, wide, groups=wide),
            nn.Conv2d(wide, after, 1, bias=False),
            nn.GroupNorm(1, after),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y if self.skip else y


class Generator(nn.Module):
    """``float[N, 3, H, W]`` RGB in [-1, 1] to the same shape and range; H and W from 8."""

    PARAMETERS: ClassVar = 2_143_552

    def __init__(self, upsampling: Upsampling) -> None:
        super().__init__()
        self.upsampling = upsampling
        self.block_a = nn.Sequential(
            ConvNorm(3, 32, kernel=7, padding=_AROUND_3),
            ConvNorm(32, 64, stride=2, padding=_FAR),
            ConvNorm(64, 64),
        )
        self.block_b = nn.Sequential(
            ConvNorm(64, 128, stride=2, padding=_FAR),
            ConvNorm(128, 128),
        )
        self.block_c = nn.Sequential(
            ConvNorm(128, 128),
            InvertedResidual(128, 256),
            InvertedResidual(256, 256),
            InvertedResidual(256, 256),
            InvertedResidual(256, 256),
            ConvNorm(256, 128),
        )
        self.block_d = nn.Sequential(ConvNorm(128, 128), ConvNorm(128, 128))
        self.block_e = nn.Sequential(
            ConvNorm(128, 64),
            ConvNorm(64, 64),
            ConvNorm(64, 32, kernel=7, padding=_AROUND_3),
        )
        self.out_layer = nn.Sequential(nn.Conv2d(32, 3, 1, bias=False), nn.Tanh())

    def forward(self, image: Tensor) -> Tensor:
        half = self.block_a(image)
        x = self.block_c(self.block_b(half))
        x = self.block_d(upsample(x, half, self.upsampling))
        x = self.block_e(upsample(x, image, self.upsampling))
        painted: Tensor = self.out_layer(x)
        return painted


def upsample(x: Tensor, like: Tensor, mode: Upsampling) -> Tensor:
    """Bilinear, to the height and width of ``like``."""
    height, width = like.shape[2:]
    if mode is Upsampling.ALIGN_CORNERS:
        return F.interpolate(x, (height, width), mode="bilinear", align_corners=True)
    return _stretch(_stretch(x, height, 2), width, 3)


def _stretch(x: Tensor, size: int, axis: int) -> Tensor:
    """Linear along one axis; the source of pixel i is i * old / new, as TensorFlow 1 has it."""
    old = x.shape[axis]
    if size == 2 * old:
        # The same without an index for each pixel, which takes a third of the teacher's time.
        after = torch.cat((x.narrow(axis, 1, old - 1), x.narrow(axis, old - 1, 1)), axis)
        return torch.stack((x, torch.lerp(x, after, 0.5)), axis + 1).flatten(axis, axis + 1)
    source = torch.arange(size, device=x.device) * (old / size)
    below = source.floor().long()
    above = (below + 1).clamp(max=old - 1)
    shape = [1] * x.dim()
    shape[axis] = size
    share = (source - below).to(x.dtype).view(shape)
    return x.index_select(axis, below) * (1 - share) + x.index_select(axis, above) * share
