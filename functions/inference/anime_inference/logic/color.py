"""Mixing what was painted with the photo it came from."""

from __future__ import annotations

import numpy as np
from PIL import Image

from anime_inference.logic.picture import Pixels


def keep_photo_colors(painted: Pixels, photo: Pixels) -> Pixels:
    """Luma of ``painted``, chroma of ``photo``; all RGB ``uint8[H, W, 3]``.

    In YCbCr as JPEG defines it (ITU-R BT.601, full range; JFIF 1.02). What falls outside of RGB
    is clipped.
    """
    luma = Image.fromarray(painted).convert("YCbCr").getchannel(0)
    _, blue, red = Image.fromarray(photo).convert("YCbCr").split()
    return np.asarray(Image.merge("YCbCr", (luma, blue, red)).convert("RGB"))


def blend(photo: Pixels, painted: Pixels, strength: float) -> Pixels:
    """``photo`` at 0, ``painted`` at 1, linear in sRGB between them; RGB ``uint8[H, W, 3]``."""
    if strength == 1:
        return painted
    return np.asarray(Image.blend(Image.fromarray(photo), Image.fromarray(painted), strength))
