"""Cutting a picture into overlapping tiles that are painted one by one.

Along each axis the tiles have the same length, so that the engine plans its memory once. They are
cut from the picture as it is padded for the network, at its multiples, and where a tile ends
inside of the picture, as many pixels as the network reaches are painted and thrown away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

# Shorter tiles would be thrown away by more than a half along each axis.
_SHORTEST_IN_REACHES: Final = 4


@dataclass(frozen=True, slots=True)
class Cut:
    """What a network asks of the tiles that it paints, in pixels.

    Attributes:
        multiple: of which a tile's height and width must be one.
        margin: by which the whole picture is padded on each side.
        reach: how far away a painted pixel can depend on the photo; a multiple of ``multiple``,
            and at least ``multiple + margin``.
    """

    multiple: int
    margin: int
    reach: int

    @property
    def shortest(self) -> int:
        """The least height or width of a tile that is worth painting."""
        return _SHORTEST_IN_REACHES * self.reach

    def padded(self, length: int) -> int:
        """The length of a picture's side as the network sees it."""
        return -(-(length + 2 * self.margin) // self.multiple) * self.multiple


@dataclass(frozen=True, slots=True)
class Span:
    """A tile along one axis, in pixels of the picture.

    Attributes:
        start: of what is read; negative in the padding before the picture.
        stop: of what is read; beyond the picture's length in the padding after it.
        first: of what is kept.
        end: of what is kept.
    """

    start: int
    stop: int
    first: int
    end: int

    @property
    def length(self) -> int:
        """Of what is read."""
        return self.stop - self.start

    @property
    def kept(self) -> slice:
        """What is kept, in the picture."""
        return slice(self.first, self.end)

    @property
    def kept_of_tile(self) -> slice:
        """What is kept, in the tile."""
        return slice(self.first - self.start, self.end - self.start)


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of a picture: ``rows`` from top to bottom, ``columns`` from left to right."""

    rows: Span
    columns: Span


def plan_tiles(height: int, width: int, cut: Cut, most_pixels: int) -> tuple[Tile, ...]:
    """The tiles that a picture is painted in, each row from left to right.

    Of all ways to cut it, the one that paints the fewest pixels, and of those the one with the
    fewest tiles; it is one tile if that is small enough.

    Args:
        height: of the picture.
        width: of the picture.
        cut: what the network asks for.
        most_pixels: of one tile, padding included.

    Returns:
        Tiles that keep every pixel once; none if ``most_pixels`` is too few for any that is worth
        painting.
    """
    ways = []
    for rows in _lines(height, cut):
        columns = _longest_line(width, cut, most_pixels // rows.side)
        if columns is not None:
            tiles = rows.count * columns.count
            ways.append((tiles * rows.side * columns.side, tiles, rows, columns))
    if not ways:
        return ()
    *_, rows, columns = min(ways, key=lambda way: way[:2])
    return tuple(
        Tile(row, column)
        for row in _spans(height, rows, cut)
        for column in _spans(width, columns, cut)
    )


def smallest_tile(height: int, width: int, cut: Cut) -> int:
    """The fewest pixels with which :func:`plan_tiles` finds a way to cut this picture."""
    rows = min(line.side for line in _lines(height, cut))
    return rows * min(cut.padded(width), cut.shortest)


@dataclass(frozen=True, slots=True)
class _Line:
    """``count`` tiles of length ``side`` in a row, which just cover a picture's side."""

    count: int
    side: int


def _line(length: int, count: int, cut: Cut) -> _Line:
    side = -(-(cut.padded(length) + 2 * cut.reach * (count - 1)) // count)
    return _Line(count, -(-side // cut.multiple) * cut.multiple)


def _lines(length: int, cut: Cut) -> Iterator[_Line]:
    """One tile, two, and so on as long as it is worth it."""
    line = _line(length, 1, cut)
    whole = line.side
    yield line
    while cut.shortest <= (line := _line(length, line.count + 1, cut)).side < whole:
        yield line


def _longest_line(length: int, cut: Cut, longest: int) -> _Line | None:
    """The one with the fewest tiles, none over ``longest``; ``None`` if they'd be too short."""
    padded = cut.padded(length)
    if padded <= longest:
        return _line(length, 1, cut)
    if longest < cut.shortest:
        return None
    new = longest // cut.multiple * cut.multiple - 2 * cut.reach
    return _line(length, -(-(padded - 2 * cut.reach) // new), cut)


def _spans(length: int, line: _Line, cut: Cut) -> list[Span]:
    """The tiles of a line, evenly spread; what is thrown away of two neighbours is equally wide."""
    room = cut.padded(length) - line.side
    starts = [
        room * index // max(1, line.count - 1) // cut.multiple * cut.multiple - cut.margin
        for index in range(line.count)
    ]
    seams = [(left + line.side + right) // 2 for left, right in pairwise(starts)]
    bounds = [0, *(min(max(0, seam), length) for seam in seams), length]
    return [
        Span(start, start + line.side, first, end)
        for start, (first, end) in zip(starts, pairwise(bounds), strict=True)
    ]
