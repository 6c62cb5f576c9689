"""What an animated file tells of itself before any of its frames is decoded.

Read from the bytes alone, since Pillow counts a GIF's frames by going through all of them, however
many there are.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from anime_shared.errors import BrokenPicture, PictureTooComplex
from anime_shared.options import OutputFormat

FOREVER: Final = 0
# A GIF of 32 MiB has a third of it, in blocks as long as they can be.
MOST_BLOCKS: Final = 400_000

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
_GIF_LOOP: Final = b"\x0bNETSCAPE2.0"
_GIF_COMMENT: Final = 0xFE
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
        skipped: images before the first frame: 1 for an APNG whose still isn't part of it.
    """

    kind: OutputFormat
    frames: int
    width: int
    height: int
    plays: int
    skipped: int = 0


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
    gif = _Gif(data)
    with suppress(IndexError):
        gif.walk(0)
    return gif.width, gif.height


def _cut_short() -> BrokenPicture:
    return BrokenPicture("image: the animated file is cut short", field="image")


def _little(data: bytes, at: int, size: int = 2) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _big(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


class _Gif:
    """A walk over the blocks of a GIF (CompuServe, 1990)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.width, self.height = _little(data, 6), _little(data, 8)
        self.frames = 0
        self._blocks = 0
        self.loops: int | None = None

    def walk(self, most_frames: int) -> None:
        """Up to its end, or beyond ``most_frames``; an IndexError is the end of the data."""
        data = self._data
        at = 13 + _palette_bytes(data[10])
        while data[at] != ord(";") and self.frames <= most_frames:
            if data[at] == ord("!"):
                at = self._extension(at)
            elif data[at] == ord(","):
                at = self._image(at)
            else:
                # Decoders pass over such bytes, too.
                at = self._counted(at + 1)

    def _extension(self, at: int) -> int:
        data = self._data
        self._check_extension(at)
        is_loop = data[at + 1] == 0xFF and data[at + 2 : at + 14] == _GIF_LOOP
        if is_loop and data[at + 14] >= 3 and data[at + 15] == 1:
            self.loops = _little(data, at + 16)
        return self._after_blocks(at + 2)

    def _check_extension(self, at: int) -> None:
        """Refuse what Pillow takes to go on behind its end: it would find other frames there."""
        label, length = self._data[at + 1], self._data[at + 2]
        block, second = self._data[at + 3 : at + 3 + length], self._data[at + 3 + length]
        ends_at_once = length == 0 and label != _GIF_COMMENT
        if ends_at_once or (block.startswith(_GIF_LOOP[1:]) and second == 0):
            raise BrokenPicture("image: a GIF with an empty extension", field="image")

    def _image(self, at: int) -> int:
        data = self._data
        left, top, width, height = (_little(data, at + 1 + 2 * index) for index in range(4))
        self.width, self.height = max(self.width, left + width), max(self.height, top + height)
        after = self._after_blocks(at + 11 + _palette_bytes(data[at + 9]))
        self.frames += 1
        return after

    def _after_blocks(self, at: int) -> int:
        while self._data[at]:
            at = self._counted(at + self._data[at] + 1)
        return self._counted(at + 1)

    def _counted(self, at: int) -> int:
        self._blocks += 1
        if self._blocks > MOST_BLOCKS:
            raise PictureTooComplex(
                f"image: a GIF of more than {MOST_BLOCKS} blocks", field="image", limit=MOST_BLOCKS
            )
        return at


def _palette_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _of_gif(data: bytes, most_frames: int) -> ClipHeader | None:
    gif = _Gif(data)
    try:
        gif.walk(most_frames)
    except IndexError:
        if gif.frames < 2 and gif.loops is None:
            # A still, of which enough may be there.
            return None
        raise _cut_short() from None
    # A GIF tells how often it is shown again, and nothing if it isn't.
    plays = 1 if gif.loops is None else gif.loops + 1 if gif.loops else FOREVER
    return ClipHeader(OutputFormat.GIF, gif.frames, gif.width, gif.height, plays)


def _of_png(data: bytes) -> ClipHeader | None:
    """From the chunks before the first pixels (PNG, third edition, 2025)."""
    at, frames, plays, skipped = 8, 0, FOREVER, 1
    while at + 8 <= len(data):
        length, kind = _big(data, at), data[at + 4 : at + 8]
        if kind == b"IDAT":
            break
        if kind == b"acTL":
            frames, plays = _big(data, at + 8), _big(data, at + 12)
        elif kind == b"fcTL":
            skipped = 0
        at += length + 12
    return ClipHeader(OutputFormat.PNG, frames, _big(data, 16), _big(data, 20), plays, skipped)


def _of_webp(data: bytes, most_frames: int) -> ClipHeader | None:
    """From its RIFF chunks (RFC 9649)."""
    if len(data) < 30 or not data[20] & _WEBP_ANIMATED:
        return None
    end = 8 + _little(data, 4, 4)
    at, frames, plays = 12, 0, FOREVER
    while at + 8 <= end and frames <= most_frames:
        kind, length = data[at : at + 4], _little(data, at + 4, 4)
        at += 8
        if at + length > len(data):
            raise _cut_short()
        if kind == b"ANIM":
            plays = _little(data, at + 4)
        frames += kind == b"ANMF"
        at += length + length % 2
    width, height = (1 + _little(data, place, 3) for place in (24, 27))
    return ClipHeader(OutputFormat.WEBP, frames, width, height, plays)
