"""Views of a photo that a detector is shown: shrunk, turned, cut up, or several side by side.

A view knows the way back: ``matrix`` takes its pixel coordinates to those of the photo.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from anime_inference.logic.faces.face import Face
from anime_inference.logic.geometry import miniature
from anime_inference.logic.picture import Pixels

# Quarter turns counterclockwise, the likeliest first.
TURNS: Final = (1, 3, 2)
# Grey around the photo in a mosaic; side of each of its cells and the least border, in pixels.
_NEUTRAL: Final = 128
_CELL: Final = 320
_CELL_MARGIN: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Pixels to search, and where they come from.

    Attributes:
        rgb: ``uint8[h, w, 3]``.
        matrix: ``float64[2, 3]``; times (x, y, 1) of the view it gives x, y of the photo.
        turn: quarter turns, counterclockwise, from the photo to the view.
    """

    rgb: Pixels
    matrix: NDArray[np.float64]
    turn: int = 0

    def to_photo(self, face: Face) -> Face:
        """The face with the photo's coordinates."""
        left, top, right, bottom = face.box
        corners = self._apply(np.array([[left, top], [right, bottom]], np.float64))
        low, high = corners.min(axis=0), corners.max(axis=0)
        landmarks = self._apply(face.landmarks.astype(np.float64)).astype(np.float32)
        return Face(
            (float(low[0]), float(low[1]), float(high[0]), float(high[1])), landmarks, face.score
        )

    def _apply(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        return points @ self.matrix[:, :2].T + self.matrix[:, 2]


def turned(rgb: Pixels, turn: int) -> View:
    """The photo turned counterclockwise by ``turn`` quarters."""
    height, width = rgb.shape[:2]
    back = {
        0: [[1, 0, 0], [0, 1, 0]],
        1: [[0, -1, width], [1, 0, 0]],
        2: [[-1, 0, width], [0, -1, height]],
        3: [[0, 1, 0], [-1, 0, height]],
    }[turn]
    return View(np.ascontiguousarray(np.rot90(rgb, turn)), np.array(back, np.float64), turn)


def tiles(rgb: Pixels, side: int, overlap: int) -> Iterator[View]:
    """Equal parts, none over ``side`` pixels wide or high, that cover the photo and overlap.

    They overlap by ``overlap`` pixels at least, so that a smaller face is whole in one of them.
    """
    height, width = rgb.shape[:2]
    for top, bottom in _spans(height, side, overlap):
        for left, right in _spans(width, side, overlap):
            matrix = np.array([[1, 0, left], [0, 1, top]], np.float64)
            yield View(rgb[top:bottom, left:right], matrix)


def count_tiles(height: int, width: int, side: int, overlap: int) -> int:
    """How many views :func:`tiles` gives."""
    return len(_spans(height, side, overlap)) * len(_spans(width, side, overlap))


def _spans(length: int, side: int, overlap: int) -> list[tuple[int, int]]:
    if length <= side:
        return [(0, length)]
    count = -(-(length - overlap) // (side - overlap))
    part = -(-(length + (count - 1) * overlap) // count)
    starts = (round(index * (length - part) / (count - 1)) for index in range(count))
    return [(start, start + part) for start in starts]


@dataclass(frozen=True, slots=True, eq=False)
class Mosaic:
    """The photo, small, in its four orientations on one neutral square: four views, one pass."""

    rgb: Pixels
    cells: tuple[View, ...]

    def cell_of(self, face: Face) -> View | None:
        """The view that a face of the mosaic is in; ``None`` if it reaches from one to another."""
        left, top, right, bottom = face.box
        column, row = int((left + right) / 2 // _CELL), int((top + bottom) / 2 // _CELL)
        if not (0 <= column <= 1 and 0 <= row <= 1):
            return None
        inside = (
            left >= column * _CELL
            and top >= row * _CELL
            and right <= (column + 1) * _CELL
            and bottom <= (row + 1) * _CELL
        )
        return self.cells[2 * row + column] if inside else None


def mosaic(rgb: Pixels) -> Mosaic:
    """Upright, and turned by each of ``TURNS``; a border around each, for close-ups."""
    height, width = rgb.shape[:2]
    scale = (_CELL - 2 * _CELL_MARGIN) / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = miniature(rgb, *size)
    zoom = np.array([width / size[0], height / size[1]])
    canvas = np.full((2 * _CELL, 2 * _CELL, 3), _NEUTRAL, np.uint8)
    cells = []
    for index, turn in enumerate((0, *TURNS)):
        view = turned(small, turn)
        cell_height, cell_width = view.rgb.shape[:2]
        top = index // 2 * _CELL + (_CELL - cell_height) // 2
        left = index % 2 * _CELL + (_CELL - cell_width) // 2
        canvas[top : top + cell_height, left : left + cell_width] = view.rgb
        linear = view.matrix[:, :2]
        shift = view.matrix[:, 2] - linear @ np.array([left, top])
        matrix = np.column_stack((linear, shift)) * zoom[:, None]
        cells.append(View(view.rgb, matrix, turn))
    return Mosaic(canvas, tuple(cells))
