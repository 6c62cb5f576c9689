"""The boxes that AVIF and HEIC are made of (ISO 14496-12), read without decoding anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from anime_shared.errors import BrokenPicture, PictureTooComplex

# A photo has tens, in each other four deep.
MOST_BOXES: Final = 10_000
_DEEPEST: Final = 8
# What stands before the boxes that are inside.
_CONTAINERS: Final = {b"meta": 4, b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"stbl": 0}


def broken() -> BrokenPicture:
    """What is raised for boxes that make no sense."""
    return BrokenPicture("image: its boxes are damaged, it can't be decoded", field="image")


def number(data: bytes, at: int, size: int) -> int:
    """The unsigned number in ``size`` bytes."""
    return int.from_bytes(data[at : at + size], "big")


def boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Kind, beginning and end of the content of each box, not of those inside.

    Raises:
        BrokenPicture: one ends before it begins.
        PictureTooComplex: there are more than ``MOST_BOXES``.
    """
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        length, kind, head = number(data, start, 4), data[start + 4 : start + 8], 8
        if length == 1:
            length, head = number(data, start + 8, 8), 16
        stop = end if length == 0 else min(start + length, end)
        if stop < start + head:
            raise broken()
        yield kind, start + head, stop
        start = stop
    raise PictureTooComplex(f"image: more than {MOST_BOXES} boxes", field="image", limit=MOST_BOXES)


def walk(data: bytes, start: int, end: int, depth: int = 1) -> Iterator[tuple[bytes, int, int]]:
    """The same at any depth.

    Raises:
        BrokenPicture: as above, or they lie in each other without end.
        PictureTooComplex: as above.
    """
    if depth > _DEEPEST:
        raise broken()
    for kind, begin, stop in boxes(data, start, end):
        yield kind, begin, stop
        if kind in _CONTAINERS:
            yield from walk(data, begin + _CONTAINERS[kind], stop, depth + 1)


def items(
    data: bytes, start: int, end: int, inner: int
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Number of each item, and offset and length of its pieces, as the ``iloc`` box tells.

    Args:
        data: the file.
        start: where the content of ``iloc`` begins.
        end: where it ends.
        inner: where that of ``idat`` begins.

    Raises:
        BrokenPicture: it tells of more than it holds.
        IndexError: it is empty.
    """
    version = data[start]
    sizes = number(data, start + 4, 2)
    of_offset, of_length, of_base, of_index = ((sizes >> shift) & 15 for shift in (12, 8, 4, 0))
    of_index = of_index if version else 0
    wide = 4 if version == 2 else 2
    told, at = number(data, start + 6, wide), start + 6 + wide
    for _ in range(told):
        item, at = number(data, at, wide), at + wide
        is_inner = bool(version) and number(data, at, 2) & 15 == 1
        at += 4 if version else 2
        base = number(data, at, of_base) + (inner if is_inner else 0)
        count, at = number(data, at + of_base, 2), at + of_base + 2
        pieces = []
        for _ in range(count):
            offset = base + number(data, at + of_index, of_offset)
            length = number(data, at + of_index + of_offset, of_length)
            # No length means all that follows.
            pieces.append((offset, length or max(0, len(data) - offset)))
            at += of_index + of_offset + of_length
            if at > end:
                raise broken()
        if at > end:
            raise broken()
        yield item, pieces
