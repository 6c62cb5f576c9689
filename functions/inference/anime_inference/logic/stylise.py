"""A whole photo through one generator, and how much of it is shown."""

from __future__ import annotations

import numpy as np
from PIL import Image

from anime_inference.logic.color import blend, keep_colors_of
from anime_inference.logic.generator import THUMBNAIL_SIDE, Generator
from anime_inference.logic.geometry import crop, pad
from anime_inference.logic.picture import Pixels
from anime_shared.errors import PictureTooLarge


def paint(rgb: Pixels, generator: Generator, memory_budget: int) -> Pixels:
    """Paint RGB ``uint8[H, W, 3]`` of any size to the same size.

    Args:
        rgb: the photo.
        generator: paints it.
        memory_budget: bytes that the generator may need at its peak.

    Raises:
        PictureTooLarge: the generator would need more than ``memory_budget``.
    """
    height, width = rgb.shape[:2]
    padded = pad(rgb, generator.multiple, generator.margin)
    _check_memory(padded, generator, memory_budget)
    return crop(generator.paint(padded, _thumbnail(rgb)), height, width, generator.margin)


def mix(photo: Pixels, painted: Pixels, *, strength: float, keep_colors: bool) -> Pixels:
    """The painting at the strength that was asked for; all RGB ``uint8[H, W, 3]``.

    Args:
        photo: what was painted.
        painted: how it was painted.
        strength: 0 (the photo) to 1 (the style).
        keep_colors: take chroma from the photo.
    """
    if keep_colors:
        painted = keep_colors_of(photo, painted)
    return blend(photo, painted, strength)


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
