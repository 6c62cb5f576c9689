"""Which parts of a frame must be painted again, where only some of its pixels have changed.

A network that sees ``reach`` pixels around paints all others as before. What is near a change is
painted in runs that lie on the grid of the whole picture's tiles, so that each is painted exactly
as in the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anime_inference.logic.tiles import Cut, Span, Tile

# Which pixels have changed: ``bool[H, W]``.
Mask: TypeAlias = NDArray[np.bool_]

# What each run costs beside its own pixels: the network looks at the thumbnail in each.
_RUN_PIXELS: Final = 128 * 128
# Changes this near each other are taken for one, in pixels; more, where there are many of them.
_CELL: Final = 32
_MOST_AREAS: Final = 24


@dataclass(frozen=True, slots=True)
class _Area:
    """Rows ``top`` to ``bottom``, columns ``left`` to ``right``, the last ones not included."""

    top: int
    bottom: int
    left: int
    right: int

    def joined(self, other: _Area) -> _Area:
        """The smallest one with both in it."""
        return _Area(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )


def changes_between(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> Mask:
    """Which pixels of two ``uint8[H, W, channels]`` differ."""
    changed: Mask = (before != after).any(axis=2)
    return changed


def window_of(changed: Mask) -> tuple[slice, slice] | None:
    """The rows and columns from the first to the last change; ``None`` if there is none."""
    rows, columns = (np.flatnonzero(changed.any(axis=axis)) for axis in (1, 0))
    if rows.size == 0:
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def plan_runs(changed: Mask, tiles: Iterable[Tile], cut: Cut) -> tuple[Tile, ...]:
    """The runs that paint all that the changes can be seen in; none if nothing changed.

    Args:
        changed: in the photo.
        tiles: in which the whole picture would be painted; no run is larger than its tile.
        cut: what the network asks for.
    """
    return tuple(run for tile in tiles for run in _runs_in(changed, tile, cut))


def painted_pixels(runs: Iterable[Tile], height: int, width: int) -> int:
    """How many pixels of a picture these runs paint, each counted once."""
    painted = np.zeros((height, width), bool)
    for run in runs:
        painted[run.rows.kept, run.columns.kept] = True
    return int(painted.sum())


def _runs_in(changed: Mask, tile: Tile, cut: Cut) -> Sequence[Tile]:
    top, left = (max(0, span.first - cut.reach) for span in (tile.rows, tile.columns))
    near = changed[top : tile.rows.end + cut.reach, left : tile.columns.end + cut.reach]
    areas = [
        _Area(area.top + top, area.bottom + top, area.left + left, area.right + left)
        for area in _areas(near)
    ]
    runs = [_run(area, tile, cut) for area in _merged(areas, tile, cut)]
    return runs if sum(map(_cost, runs)) < _cost(tile) else [tile]


def _run(area: _Area, tile: Tile, cut: Cut) -> Tile:
    """What paints all of a tile that a change of this area is seen in."""
    return Tile(
        _span(area.top, area.bottom, tile.rows, cut),
        _span(area.left, area.right, tile.columns, cut),
    )


def _span(start: int, stop: int, whole: Span, cut: Cut) -> Span:
    first, end = max(start - cut.reach, whole.first), min(stop + cut.reach, whole.end)
    steps_before = (first - cut.reach - whole.start) // cut.multiple
    steps_behind = -(-(end + cut.reach - whole.start) // cut.multiple)
    return Span(
        max(whole.start, whole.start + steps_before * cut.multiple),
        min(whole.stop, whole.start + steps_behind * cut.multiple),
        first,
        end,
    )


def _cost(run: Tile) -> int:
    return run.rows.length * run.columns.length + _RUN_PIXELS


def _merged(areas: list[_Area], tile: Tile, cut: Cut) -> list[_Area]:
    """Two are made one as long as that is cheaper, those first that save the most."""

    def cost(area: _Area) -> int:
        return _cost(_run(area, tile, cut))

    while len(areas) > 1:
        saved, one, other = max(
            ((cost(a) + cost(b) - cost(a.joined(b)), a, b) for a, b in combinations(areas, 2)),
            key=lambda way: way[0],
        )
        if saved < 0:
            break
        areas = [area for area in areas if area not in (one, other)] + [one.joined(other)]
    return areas


def _areas(changed: Mask) -> list[_Area]:
    """Rectangles around all changes; each set of neighbouring ones has its own."""
    side = _CELL
    while True:
        areas = _groups(_cells(changed, side), side)
        if len(areas) <= _MOST_AREAS:
            return [_tight(changed, area) for area in areas]
        side *= 2


def _cells(changed: Mask, side: int) -> Mask:
    """Whether there is a change in each square of this side."""
    rows = np.arange(0, changed.shape[0], side)
    columns = np.arange(0, changed.shape[1], side)
    in_rows = np.logical_or.reduceat(changed, rows, axis=0)
    cells: Mask = np.logical_or.reduceat(in_rows, columns, axis=1)
    return cells


def _groups(cells: Mask, side: int) -> list[_Area]:
    """A rectangle for each group of cells that touch, corners included, in pixels."""
    left = {(int(row), int(column)) for row, column in np.argwhere(cells)}
    groups = []
    while left:
        waiting = [left.pop()]
        rows, columns = [], []
        while waiting:
            row, column = waiting.pop()
            rows.append(row)
            columns.append(column)
            around = {(row + down, column + across) for down in (-1, 0, 1) for across in (-1, 0, 1)}
            waiting.extend(around & left)
            left -= around
        groups.append(
            _Area(
                min(rows) * side,
                (max(rows) + 1) * side,
                min(columns) * side,
                (max(columns) + 1) * side,
            )
        )
    return sorted(groups, key=lambda area: (area.top, area.left))


def _tight(changed: Mask, area: _Area) -> _Area:
    """The same without the rows and columns at its edges in which nothing has changed."""
    window = window_of(changed[area.top : area.bottom, area.left : area.right])
    assert window is not None  # noqa: S101 - an area is drawn around changes
    rows, columns = window
    return _Area(
        area.top + rows.start,
        area.top + rows.stop,
        area.left + columns.start,
        area.left + columns.stop,
    )
