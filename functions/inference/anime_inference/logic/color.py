"""Mixing what was painted with the photo it came from."""

from __future__ import annotations

import numpy as np
from PIL import Image

from anime_inference.logic.picture import Pixels

# How much of a style's change of tone is taken back where colours are kept. Hayao darkens light
# skin by 10 L*; this brings it under 5 and leaves the look (`make bench-skin`).
_TONE_SHARE = 0.6
# Grey levels over which the tone curve is smoothed.
_TONE_SPREAD = 12


def keep_photo_colors(painted: Pixels, photo: Pixels) -> Pixels:
    """Lines and light of ``painted``, colours and most of the tone of ``photo``.

    All are RGB ``uint8[H, W, 3]``. Chroma is the photo's. Luma is the painting's, but where a
    grey level of the photo has become lighter or darker on the whole, most of that is taken back,
    so that no skin changes its tone. In YCbCr as JPEG defines it (ITU-R BT.601, full range;
    JFIF 1.02); what falls outside of RGB is clipped.
    """
    luma, blue, red = Image.fromarray(photo).convert("YCbCr").split()
    painted_luma = Image.fromarray(painted).convert("YCbCr").getchannel(0)
    kept = _keep_tone(np.asarray(painted_luma), np.asarray(luma))
    return np.asarray(Image.merge("YCbCr", (Image.fromarray(kept), blue, red)).convert("RGB"))


def _keep_tone(painted: Pixels, photo: Pixels) -> Pixels:
    """``painted`` with the mean change of each grey level of ``photo`` mostly undone."""
    level = photo.ravel()
    count = np.bincount(level, minlength=256)
    total = np.bincount(level, weights=painted.ravel(), minlength=256)
    levels = np.arange(256)
    spread = np.exp(-0.5 * np.square((levels[:, None] - levels) / _TONE_SPREAD))
    change = (spread @ (total - count * levels)) / np.maximum(spread @ count, 1e-9)
    shift = np.rint(-_TONE_SHARE * change).astype(np.int16)
    kept: Pixels = np.clip(painted + shift[photo], 0, 255).astype(np.uint8)
    return kept


def blend(photo: Pixels, painted: Pixels, strength: float) -> Pixels:
    """``photo`` at 0, ``painted`` at 1, linear in sRGB between them; RGB ``uint8[H, W, 3]``."""
    if strength == 1:
        return painted
    return np.asarray(Image.blend(Image.fromarray(photo), Image.fromarray(painted), strength))
