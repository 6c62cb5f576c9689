"""A GIF's blocks (CompuServe, "Graphics Interchange Format", version 89a, 1990)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from anime_inference.logic.clip.part import Place
from anime_shared.errors import BrokenPicture, PictureTooComplex

# A GIF of 32 MiB has a third of it, in blocks as long as they can be.
MOST_BLOCKS: Final = 400_000

_LOOP: Final = b"\x0bNETSCAPE2.0"
_COMMENT, _CONTROL, _APPLICATION = 0xFE, 0xF9, 0xFF


@dataclass(frozen=True, slots=True)
class GifImage:
    """One image of a GIF: where it is drawn, and where it lies in the file.

    Attributes:
        place: on the screen.
        control: flags, time and transparent colour: 4 bytes, or none.
        start: of its descriptor in the file.
        stop: behind its last block.
    """

    place: Place
    control: bytes
    start: int
    stop: int


class GifBlocks:
    """A walk over the blocks of a GIF.

    Attributes:
        width: of a screen on which all images that were passed find room.
        height: likewise.
        images: that were passed.
        loops: how often they are shown again, as the file says it; ``None`` if it doesn't.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.width, self.height = little(data, 6), little(data, 8)
        self.images: list[GifImage] = []
        self.loops: int | None = None
        self._blocks = 0
        self._control = b""

    def walk(self, most_images: int) -> None:
        """Up to its end, or beyond ``most_images``.

        Raises:
            IndexError: the data ends before.
            BrokenPicture: it can be read in two ways.
            PictureTooComplex: it has ever so many blocks.
        """
        data = self._data
        at = self.palette.stop
        while data[at] != ord(";") and len(self.images) <= most_images:
            if data[at] == ord("!"):
                at = self._extension(at)
            elif data[at] == ord(","):
                at = self._image(at)
            else:
                # Decoders pass over such bytes, too.
                at = self._counted(at + 1)

    @property
    def palette(self) -> slice:
        """Where the colours lie of those images that have none of their own."""
        return slice(13, 13 + palette_bytes(self._data[10]))

    def _extension(self, at: int) -> int:
        data = self._data
        self._check_extension(at)
        if data[at + 1] == _CONTROL and data[at + 2] >= 4:
            self._control = data[at + 3 : at + 7]
        is_loop = data[at + 1] == _APPLICATION and data[at + 2 : at + 14] == _LOOP
        if is_loop and data[at + 14] >= 3 and data[at + 15] == 1:
            self.loops = little(data, at + 16)
        return self._after_blocks(at + 2)

    def _check_extension(self, at: int) -> None:
        """Refuse what Pillow takes to go on behind its end: it would find other frames there."""
        label, length = self._data[at + 1], self._data[at + 2]
        block, second = self._data[at + 3 : at + 3 + length], self._data[at + 3 + length]
        ends_at_once = length == 0 and label != _COMMENT
        if ends_at_once or (block.startswith(_LOOP[1:]) and second == 0):
            raise BrokenPicture("image: a GIF with an empty extension", field="image")

    def _image(self, at: int) -> int:
        data = self._data
        left, top, width, height = (little(data, at + 1 + 2 * index) for index in range(4))
        self.width, self.height = max(self.width, left + width), max(self.height, top + height)
        after = self._after_blocks(at + 11 + palette_bytes(data[at + 9]))
        place = Place(left, top, width, height)
        self.images.append(GifImage(place, self._control, at, after))
        self._control = b""
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


def palette_bytes(flags: int) -> int:
    """How many the colours take that these flags tell of."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def little(data: bytes, at: int, size: int = 2) -> int:
    """A little-endian number without sign."""
    return int.from_bytes(data[at : at + size], "little")
