"""Animated WebP files."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from PIL import Image

from anime_inference.logic.picture import Pixels

# A flag of the VP8X chunk (RFC 9649, section 2.7.1).
_HAS_ALPHA: Final = 0b1_0000
# A loop count has two bytes, a frame's thousandths of a second three (RFC 9649, section 2.7.1), and
# the encoder counts those of all frames in a signed number of four.
_MOST_PLAYS: Final = 2**16 - 1
_LONGEST: Final = 2**24 - 1
_LONGEST_OF_ALL: Final = 2**31 - 1


def write_webp(
    frames: Iterable[Pixels],
    seconds: Sequence[Fraction],
    plays: int,
    profile: bytes,
    quality: int,
    *,
    transparent: bool,
) -> bytes:
    """An animated WebP file; a lossy one, in which what doesn't change stays bit for bit.

    Args:
        frames: ``uint8[H, W, 3]`` RGB or ``uint8[H, W, 4]`` with alpha, all of one shape.
        seconds: how long each is shown, told to the thousandth, and at most for hours.
        plays: how often all are shown; 0: without end.
        profile: ICC, of the colours.
        quality: 1 to 100.
        transparent: whether the frames have alpha.
    """
    buffer = io.BytesIO()
    longest = min(_LONGEST, _LONGEST_OF_ALL // len(seconds))
    _Sequence(iter(frames), len(seconds)).save(
        buffer,
        "WEBP",
        save_all=True,
        # The encoder rounds where each begins, so no time is lost.
        duration=[min(float(each * 1000), longest) for each in seconds],
        loop=min(plays, _MOST_PLAYS),
        background=(0, 0, 0, 0),
        icc_profile=profile,
        quality=quality,
        method=4,
        # No frame but the first is whole: it would flicker where nothing moves.
        kmin=0,
        kmax=0,
    )
    written = bytearray(buffer.getvalue())
    if written[12:16] == b"VP8X" and transparent:
        # The encoder leaves it out where it could cut each frame down to an opaque part.
        written[20] |= _HAS_ALPHA
    return bytes(written)


class _Sequence(Image.Image):
    """Frames as Pillow's writers take them, one of which is held at a time."""

    def __init__(self, frames: Iterator[Pixels], count: int) -> None:
        super().__init__()
        self.n_frames = count
        self._frames = frames
        self._at = -1
        self.seek(0)

    def seek(self, frame: int) -> None:
        """Go on to the next frame; the writer goes back to the first at its end, which is gone."""
        if frame != self._at + 1:
            return
        image = Image.fromarray(np.ascontiguousarray(next(self._frames)))
        self.im, self._mode, self._size = image.im, image.mode, image.size
        self._at = frame

    def tell(self) -> int:
        """The number of the frame that is held."""
        return self._at
