"""Painted frames to an animated file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final

import numpy as np

from anime_inference.logic.clip.apng import write_apng
from anime_inference.logic.clip.gif import write_gif
from anime_inference.logic.clip.webp import write_webp
from anime_inference.logic.encode import srgb_profile
from anime_inference.logic.picture import Picture, Pixels
from anime_shared.options import OutputFormat

# Bytes that are held of each pixel of all frames until the file is made: a GIF's palette is chosen
# from all of them; of the other kinds, it is what was written.
HELD_OF_ALL_FRAMES: Final[Mapping[OutputFormat, int]] = {
    OutputFormat.GIF: 4,
    OutputFormat.PNG: 4,
    OutputFormat.WEBP: 1,
}


def encode_clip(
    pictures: Iterable[Picture],
    fmt: OutputFormat,
    quality: int,
    seconds: Sequence[Fraction],
    plays: int,
    *,
    transparent: bool,
) -> bytes:
    """The file's bytes: sRGB, tagged where the format can, with nothing else in it.

    Args:
        pictures: of one size; each is asked for when those before it are written, or held.
        fmt: GIF, PNG or WebP.
        quality: 1 to 100, of WebP.
        seconds: how long each picture is shown.
        plays: how often all are shown; 0: without end.
        transparent: whether any of them may have transparency.
    """
    if fmt is OutputFormat.GIF:
        return write_gif(pictures, seconds, plays)
    frames = _with_alpha(pictures) if transparent else (picture.rgb for picture in pictures)
    if fmt is OutputFormat.PNG:
        return write_apng(frames, seconds, plays, srgb_profile())
    return write_webp(frames, seconds, plays, srgb_profile(), quality, transparent=transparent)


def _with_alpha(pictures: Iterable[Picture]) -> Iterator[Pixels]:
    for picture in pictures:
        opaque = np.full(picture.rgb.shape[:2], 255, np.uint8)
        yield np.dstack((picture.rgb, opaque if picture.alpha is None else picture.alpha))
