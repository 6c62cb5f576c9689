"""Mixing what was painted with the photo it came from."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anime_inference.logic.bands import bands
from anime_inference.logic.picture import Pixels

# For each grey level of a photo, what is added to the luma of its painting: ``int16[256]``.
ToneCurve: TypeAlias = NDArray[np.int16]

# How much of a style's change of tone is taken back where colours are kept. Hayao darkens light
# skin by 10 L*; this brings it under 5 and leaves the look (`make bench-skin`).
_TONE_SHARE = 0.6
# Grey levels over which the tone curve is smoothed.
_TONE_SPREAD = 12


def keep_colors_of(photo: Pixels, painted: Pixels) -> Pixels:
    """Luma of ``painted``, chroma of ``photo``; all RGB ``uint8[H, W, 3]``.

    In YCbCr as JPEG defines it (ITU-R BT.601, full range; JFIF 1.02). What falls outside of RGB is
    clipped.
    """
    kept = np.empty_like(painted)
    for rows in bands(*painted.shape[:2]):
        luma = Image.fromarray(painted[rows]).convert("YCbCr").getchannel(0)
        _, blue, red = Image.fromarray(photo[rows]).convert("YCbCr").split()
        kept[rows] = np.asarray(Image.merge("YCbCr", (luma, blue, red)).convert("RGB"))
    return kept


def keep_tone_of(photo: Pixels, painted: Pixels) -> Pixels:
    """``painted``, most of its change of tone taken back; all RGB ``uint8[H, W, 3]``.

    Where a grey level of the photo has become lighter or darker on the whole, most of that is
    undone. Lines stay: they are the exceptions to their grey level.
    """
    return with_tone(photo, painted, tone_curve(photo, painted))


def tone_curve(photo: Pixels, painted: Pixels) -> ToneCurve:
    """What :func:`keep_tone_of` takes back of a painting; both RGB ``uint8[H, W, 3]``."""
    count, total, levels = np.zeros(256), np.zeros(256), np.arange(256)
    for rows in bands(*painted.shape[:2]):
        level = _luma(photo[rows]).ravel()
        count += np.bincount(level, minlength=256)
        total += np.bincount(level, weights=_luma(painted[rows]).ravel(), minlength=256)
    spread = np.exp(-0.5 * np.square((levels[:, None] - levels) / _TONE_SPREAD))
    change = (spread @ (total - count * levels)) / np.maximum(spread @ count, 1e-9)
    curve: ToneCurve = np.rint(-_TONE_SHARE * change).astype(np.int16)
    return curve


def with_tone(photo: Pixels, painted: Pixels, curve: ToneCurve) -> Pixels:
    """``painted``, its light moved by a curve; all RGB ``uint8[H, W, 3]``."""
    kept = np.empty_like(painted)
    for rows in bands(*painted.shape[:2]):
        luma, blue, red = Image.fromarray(painted[rows]).convert("YCbCr").split()
        light = np.asarray(luma) + curve[_luma(photo[rows])]
        luma = Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))
        kept[rows] = np.asarray(Image.merge("YCbCr", (luma, blue, red)).convert("RGB"))
    return kept


def blend(photo: Pixels, painted: Pixels, strength: float) -> Pixels:
    """``photo`` at 0, ``painted`` at 1, linear in sRGB between them; RGB ``uint8[H, W, 3]``."""
    if strength == 1:
        return painted
    mixed = np.empty_like(painted)
    for rows in bands(*painted.shape[:2]):
        one, other = Image.fromarray(photo[rows]), Image.fromarray(painted[rows])
        mixed[rows] = np.asarray(Image.blend(one, other, strength))
    return mixed


def _luma(rgb: Pixels) -> Pixels:
    return np.asarray(Image.fromarray(rgb).convert("L"))
