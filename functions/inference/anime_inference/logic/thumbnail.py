"""All of a photo, small: what a student's global code is read from."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageChops

from anime_inference.logic.picture import Pixels

# Pixels of its height and width.
_SIDE: Final = 256
# As the networks take it; its planes are red, green, blue, detail across, detail down.
THUMBNAIL_SHAPE: Final = (1, 5, _SIDE, _SIDE)
# Of a difference of 0 to 255: its root, over all of a byte.
_ROOTS: Final = [round(16 * difference**0.5) for difference in range(256)]


def thumbnail_of(rgb: Pixels) -> Pixels:
    """All of RGB ``uint8[H, W, 3]`` as ``uint8[256, 256, 5]``, aspect not kept.

    Colours, and how much detail of the photo's own size they hide: the mean root of the
    difference between neighbours in lightness, across and down. Teachers that normalise over the
    whole picture see that detail, and a mean of colours has lost it.
    """
    image = Image.fromarray(rgb)
    grey = image.convert("L")
    planes = (image, _detail(grey, 1, 0), _detail(grey, 0, 1))
    side = (_SIDE, _SIDE)
    return np.dstack([np.asarray(plane.resize(side, Image.Resampling.BOX)) for plane in planes])


def _detail(grey: Image.Image, across: int, down: int) -> Image.Image:
    # The shift goes around: the first row or column is compared with the last, one of many.
    return ImageChops.difference(grey, ImageChops.offset(grey, across, down)).point(_ROOTS)
