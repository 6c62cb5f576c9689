"""A whole photo through one generator."""

from __future__ import annotations

import numpy as np
from PIL import Image

from anime_inference.logic.color import blend, keep_photo_colors
from anime_inference.logic.generator import THUMBNAIL_SIDE, Generator
from anime_inference.logic.geometry import crop, pad
from anime_inference.logic.picture import Pixels
from anime_shared.errors import PictureTooLarge


def stylise(
    rgb: Pixels, generator: Generator, *, strength: float, keep_colors: bool, memory_budget: int
) -> Pixels:
    """Paint RGB ``uint8[H, W, 3]`` of any size to the same size.

    Args:
        rgb: the photo.
        generator: paints it.
        strength: 0 (the photo) to 1 (the style).
        keep_colors: take chroma from the photo.
        memory_budget: bytes that the generator may need at its peak.

    Raises:
        PictureTooLarge: the generator would need more than ``memory_budget``.
    """
    if strength == 0:
        return rgb
    height, width = rgb.shape[:2]
    padded = pad(rgb, generator.multiple, generator.margin)
    _check_memory(padded, generator, memory_budget)
    painted = crop(generator.paint(padded, _thumbnail(rgb)), height, width, generator.margin)
    if keep_colors:
        painted = keep_photo_colors(painted, rgb)
    return blend(rgb, painted, strength)


def _thumbnail(rgb: Pixels) -> Pixels:
    side = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    return np.asarray(Image.fromarray(rgb).resize(side, Image.Resampling.BOX))


def _check_memory(padded: Pixels, generator: Generator, budget: int) -> None:
    pixels = padded.shape[0] * padded.shape[1]
    if pixels * generator.bytes_per_pixel > budget:
        allowed = budget // generator.bytes_per_pixel
        raise PictureTooLarge(
            f"image: {pixels / 1e6:.1f} megapixels need "
            f"{pixels * generator.bytes_per_pixel / 2**30:.1f} GiB in this style, the budget of "
            f"{budget / 2**30:.1f} GiB allows {allowed / 1e6:.1f}; max_side={int(allowed**0.5)} "
            "shrinks any photo enough",
            field="image",
            limit=allowed,
        )
