"""What an animated file tells of itself before any of its frames is decoded.

Read from the bytes alone, since Pillow counts a GIF's frames by going through all of them, however
many there are.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from anime_inference.logic.clip.gif_blocks import GifBlocks, little
from anime_shared.errors import BrokenPicture
from anime_shared.options import OutputFormat

FOREVER: Final = 0

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_WEBP_ANIMATED: Final = 0b10


@dataclass(frozen=True, slots=True)
class ClipHeader:
    """An animated file.

    Attributes:
        kind: GIF, PNG or WebP.
        frames: how many there are; one more than was asked for means that there may be more.
        width: pixels of the canvas that holds every frame.
        height: likewise.
        plays: how often they are shown; ``FOREVER``: without end.
    """

    kind: OutputFormat
    frames: int
    width: int
    height: int
    plays: int


def read_header(data: bytes, most_frames: int) -> ClipHeader | None:
    """What an animated file tells; ``None`` if it is none, or has one frame.

    Args:
        data: the file.
        most_frames: beyond so many, none is counted.

    Raises:
        BrokenPicture: it is animated, and ends too early, or can be read in two ways.
        PictureTooComplex: a GIF in ever so many blocks.
    """
    if data.startswith((b"GIF87a", b"GIF89a")):
        header = _of_gif(data, most_frames)
    elif data.startswith(_PNG_MAGIC):
        header = _of_png(data)
    elif data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X":
        header = _of_webp(data, most_frames)
    else:
        return None
    return None if header is None or header.frames < 2 else header


def reach_of_gif(data: bytes) -> tuple[int, int]:
    """Width and height that a GIF's first frame makes of its canvas, as far as the file goes.

    Raises:
        BrokenPicture: it can be read in two ways.
        PictureTooComplex: it comes after ever so many blocks.
    """
    gif = GifBlocks(data)
    with suppress(IndexError):
        gif.walk(0)
    return gif.width, gif.height


def _cut_short() -> BrokenPicture:
    return BrokenPicture("image: the animated file is cut short", field="image")


def _big(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _of_gif(data: bytes, most_frames: int) -> ClipHeader | None:
    gif = GifBlocks(data)
    try:
        gif.walk(most_frames)
    except IndexError:
        if len(gif.images) < 2 and gif.loops is None:
            # A still, of which enough may be there.
            return None
        raise _cut_short() from None
    # A GIF tells how often it is shown again, and nothing if it isn't.
    plays = 1 if gif.loops is None else gif.loops + 1 if gif.loops else FOREVER
    return ClipHeader(OutputFormat.GIF, len(gif.images), gif.width, gif.height, plays)


def _of_png(data: bytes) -> ClipHeader | None:
    """From the chunks before the first pixels (PNG, third edition, 2025)."""
    at, frames, plays = 8, 0, FOREVER
    while at + 8 <= len(data):
        length, kind = _big(data, at), data[at + 4 : at + 8]
        if kind == b"IDAT":
            break
        if kind == b"acTL":
            frames, plays = _big(data, at + 8), _big(data, at + 12)
        at += length + 12
    return ClipHeader(OutputFormat.PNG, frames, _big(data, 16), _big(data, 20), plays)


def _of_webp(data: bytes, most_frames: int) -> ClipHeader | None:
    """From its RIFF chunks (RFC 9649)."""
    if len(data) < 30 or not data[20] & _WEBP_ANIMATED:
        return None
    end = 8 + little(data, 4, 4)
    at, frames, plays = 12, 0, FOREVER
    while at + 8 <= end and frames <= most_frames:
        kind, length = data[at : at + 4], little(data, at + 4, 4)
        at += 8
        if at + length > len(data):
            raise _cut_short()
        if kind == b"ANIM":
            plays = little(data, at + 4)
        frames += kind == b"ANMF"
        at += length + length % 2
    width, height = (1 + little(data, place, 3) for place in (24, 27))
    return ClipHeader(OutputFormat.WEBP, frames, width, height, plays)
