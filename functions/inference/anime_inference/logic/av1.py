"""The size that the coded pixels of an AVIF have, whatever its header says.

The decoder believes the pixels and scales them to what the header says: a file of 2 KiB that calls
itself 64 x 64 can hold 16384 x 16384. libavif has no limit that could be set from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from anime_inference.logic.boxes import broken, items, number, walk

# A file of thousands of pieces is no photo.
_MOST_PIECES: Final = 10_000
_SEQUENCE_HEADER: Final = 1


def coded_sizes(data: bytes) -> Iterator[tuple[int, int]]:
    """Width and height in pixels of all that is coded in an AVIF: alpha and tiles, too.

    Raises:
        BrokenPicture: its boxes make no sense.
    """
    try:
        for _, piece in _coded(data):
            yield from _sizes(piece)
    except IndexError:
        raise broken() from None


def coded_pixels(data: bytes) -> dict[int, int]:
    """Pixels of the largest frame that each item of an AVIF codes.

    Raises:
        BrokenPicture: its boxes make no sense.
    """
    try:
        return {
            item: max((width * height for width, height in _sizes(piece)), default=0)
            for item, piece in _coded(data)
            if item is not None
        }
    except IndexError:
        raise broken() from None


def _coded(data: bytes) -> Iterator[tuple[int | None, memoryview]]:
    """The items of a still, and what a sequence's chunks of samples begin with."""
    boxes = list(islice(walk(data, 0, len(data)), _MOST_PIECES + 1))
    if len(boxes) > _MOST_PIECES:
        raise broken()
    inner = next((start for kind, start, _ in boxes if kind == b"idat"), 0)
    view, pieces, length = memoryview(data), 0, 0
    for kind, start, end in boxes:
        if kind == b"iloc":
            for item, places in items(data, start, end, inner):
                pieces += len(places)
                length += sum(size for _, size in places)
                # Pieces that lie over each other would be copied again and again.
                if pieces > _MOST_PIECES or length > len(data):
                    raise broken()
                if len(places) == 1:
                    yield item, view[places[0][0] : sum(places[0])]
                else:
                    yield item, memoryview(b"".join(view[at : at + size] for at, size in places))
        elif kind in (b"stco", b"co64"):
            wide = 4 if kind == b"stco" else 8
            count = number(data, start + 4, 4)
            if count > _MOST_PIECES or start + 8 + count * wide > end:
                raise broken()
            for at in range(start + 8, start + 8 + count * wide, wide):
                yield None, view[number(data, at, wide) :]


def _sizes(coded: memoryview) -> Iterator[tuple[int, int]]:
    """Of each sequence header among the units of an AV1 stream (AV1, section 5.3)."""
    at = 0
    while at < len(coded):
        head = coded[at]
        at += 2 if head & 4 else 1
        if not head & 2:
            # The last one, or no AV1 at all.
            size = len(coded) - at
        else:
            size, at = _leb128(coded, at)
        if (head >> 3) & 15 == _SEQUENCE_HEADER:
            yield _Bits(bytes(coded[at : at + size])).largest_frame()
        at += size


def _leb128(coded: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for index in range(8):
        value |= (coded[at + index] & 127) << (7 * index)
        if not coded[at + index] & 128:
            return value, at + index + 1
    raise broken()


class _Bits:
    """A sequence header (AV1, section 5.5), read bit by bit."""

    def __init__(self, unit: bytes) -> None:
        self._bits = "".join(f"{byte:08b}" for byte in unit[:512])
        self._at = 0

    def _take(self, count: int) -> int:
        taken = self._bits[self._at : self._at + count]
        self._at += count
        if len(taken) < count:
            raise broken()
        return int(taken or "0", 2)

    def largest_frame(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        self._take(4)
        if self._take(1):
            self._take(5)
        else:
            self._operating_points()
        of_width, of_height = self._take(4) + 1, self._take(4) + 1
        return self._take(of_width) + 1, self._take(of_height) + 1

    def _operating_points(self) -> None:
        delay_bits = 0
        if self._take(1):
            self._take(64)
            if self._take(1):
                zeros = 0
                while not self._take(1):
                    zeros += 1
                self._take(zeros)
            if self._take(1):
                delay_bits = self._take(5) + 1
                self._take(42)
        shows_delay = self._take(1)
        for _ in range(self._take(5) + 1):
            self._take(12)
            if self._take(5) > 7:
                self._take(1)
            if delay_bits and self._take(1):
                self._take(2 * delay_bits + 1)
            if shows_delay and self._take(1):
                self._take(4)
