"""Finding every face of a photo with a detector that knows upright faces of a middling size.

One pass over the whole photo is enough where it shows an upright face that is sure to be one.
Only otherwise, and only as far as needed, more is spent:

* nobody for sure: one pass over a mosaic of the small photo with a border around it (for
  close-ups) and of its three turns, and a full pass over the turn that showed the surest face;
* small faces or still nobody, in a photo so large that the first pass could not see the smallest
  ones: passes over overlapping tiles, of a bounded number.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from anime_inference.logic.faces.boxes import best_of_each, nested_share
from anime_inference.logic.faces.face import Detector, Face
from anime_inference.logic.faces.plausible import is_plausible, roll_degrees
from anime_inference.logic.faces.views import TURNS, View, count_tiles, mosaic, tiles, turned
from anime_inference.logic.picture import Pixels

# What a detector's pass shrinks a photo to, and the smallest face that it is sure to find there,
# in pixels.
_PASS_SIDE: Final = 640
_SMALLEST_SEEN: Final = 24
# Whoever is smaller than this, as a share of the photo's longer side, seldom comes alone.
_SMALL_SHARE: Final = 0.05
# Tiles are searched, not painted; they overlap by a share of their side.
_MAX_TILES: Final = 12
_OVERLAP: Final = 0.15
# How many times longer than a tile's side a photo must be.
_WORTH_TILING: Final = 1.25

_UPRIGHT_DEGREES: Final = 60
# Of two orientations that claim a face, the photo as it is; and whoever stands in it upright. Taken
# off the score.
_TURN_HANDICAP: Final = 0.03
_SIDEWAYS_HANDICAP: Final = 0.1

# Detectors box tiny faces no closer than this share of their side.
_ROUGHLY: Final = 0.75

# Of two boxes one is left out from here on: intersection over union, or over the smaller box.
_MAX_IOU: Final = 0.4
_MAX_NESTED: Final = 0.7


def find_faces(
    rgb: Pixels, detector: Detector, *, min_side: int = 24, thorough: bool = True
) -> tuple[Face, ...]:
    """The faces of a photo, the largest first, then from top to bottom and left to right.

    Args:
        rgb: ``uint8[H, W, 3]``, sRGB, red first.
        detector: it is called once to three times, and once more for each tile, of which a large
            photo with small faces, or with none, takes up to twelve.
        min_side: pixels; faces whose longer side is under three quarters of it are left out. The
            tiles show faces of 24 pixels in 3 megapixels; in larger photos the smallest is larger
            in proportion: 45 pixels in 12 megapixels, about one percent of the photo's width.
        thorough: look for turned faces and close-ups, too, where nobody is seen for sure.

    Returns:
        Faces whose landmarks are plausible, none twice. The same photo gives the same faces.
    """
    found, turn = _search(turned(rgb, 0), detector), 0
    if thorough and not any(_is_sure(face, detector) for face in found):
        found, turn = _second_look(rgb, detector, found)
    tile_side = _tile_side(rgb, min_side)
    if turn == 0 and _needs_tiles(rgb, found, tile_side):
        for tile in tiles(rgb, tile_side, round(tile_side * _OVERLAP)):
            found += [face for face in _search(tile, detector) if not _is_cut(face, tile, rgb)]
    kept = _without_doubles(found, detector.sure_score)
    large = (face for face in kept if face.side >= _ROUGHLY * min_side)
    return tuple(sorted(large, key=_largest_first))


def _search(view: View, detector: Detector) -> list[Face]:
    return [view.to_photo(face) for face in detector.detect(view.rgb) if is_plausible(face)]


def _is_sure(face: Face, detector: Detector) -> bool:
    return face.score >= detector.sure_score and not _is_sideways(face)


def _is_sideways(face: Face) -> bool:
    return abs(roll_degrees(face)) > _UPRIGHT_DEGREES


def _second_look(rgb: Pixels, detector: Detector, found: list[Face]) -> tuple[list[Face], int]:
    """What the photo's best orientation shows, and which that is, in quarter turns."""
    board = mosaic(rgb)
    shown: dict[int, list[Face]] = {turn: [] for turn in (0, *TURNS)}
    for face in filter(is_plausible, detector.detect(board.rgb)):
        cell = board.cell_of(face)
        if cell is not None and (cell.turn == 0 or not _is_sideways(face)):
            shown[cell.turn].append(cell.to_photo(face))
    upright = found + shown[0]
    turn = max(TURNS, key=lambda turn: _best_rank(shown[turn], turn))
    if _best_rank(shown[turn], turn) <= _best_rank(upright, 0):
        return upright, 0
    seen_large = _search(turned(rgb, turn), detector) or shown[turn]
    if _best_rank(seen_large, turn) <= _best_rank(upright, 0):
        return upright, 0
    # In a photo that lies on its side, what looked upright was something else.
    return seen_large, turn


def _best_rank(faces: list[Face], turn: int) -> float:
    """The highest score, by which orientations are compared; 0 if there is nobody.

    A face is upright in the view that is turned as the face is: its roll in the photo is undone.
    """
    ranks = [
        face.score
        - _TURN_HANDICAP * (turn != 0)
        - _SIDEWAYS_HANDICAP * (turn == 0 and _is_sideways(face))
        for face in faces
    ]
    return max(ranks, default=0.0)


def _tile_side(rgb: Pixels, min_side: int) -> int:
    """Tiles so small that the smallest face is seen in each, yet so large that they are few."""
    height, width = rgb.shape[:2]
    side = max(_PASS_SIDE, round(_PASS_SIDE / _SMALLEST_SEEN * min_side))
    while count_tiles(height, width, side, round(side * _OVERLAP)) > _MAX_TILES:
        side = round(side * 1.1)
    return side


def _needs_tiles(rgb: Pixels, found: list[Face], tile_side: int) -> bool:
    longest = int(max(rgb.shape[:2]))
    if longest <= _WORTH_TILING * tile_side:
        return False
    smallest = min((face.side for face in found), default=0.0)
    return bool(smallest < _SMALL_SHARE * longest)


def _is_cut(face: Face, tile: View, rgb: Pixels) -> bool:
    """Whether the tile's edge, rather than the photo's, ends the face: its neighbour has all."""
    left, top = (float(value) for value in tile.matrix[:, 2])
    height, width = tile.rgb.shape[:2]
    right, bottom = left + width, top + height
    return (
        (face.box[0] < left and left > 0)
        or (face.box[1] < top and top > 0)
        or (face.box[2] > right and right < rgb.shape[1])
        or (face.box[3] > bottom and bottom < rgb.shape[0])
    )


def _without_doubles(found: list[Face], sure_score: float) -> list[Face]:
    """Each face once: of several boxes on it the surest, of nested ones what can be two faces."""
    if not found:
        return []
    boxes = np.array([face.box for face in found], np.float32)
    scores = np.array([face.score for face in found], np.float32)
    kept = [found[index] for index in best_of_each(boxes, scores, max_iou=_MAX_IOU)]
    return [
        face
        for face in kept
        if not any(_spoils(other, face, sure_score) for other in kept if other is not face)
    ]


def _spoils(other: Face, face: Face, sure_score: float) -> bool:
    """Whether ``face`` is a nested box that has to go because of ``other``.

    Two people can be that close, a child before its mother, say: then the smaller face is sure,
    and hides neither eyes nor nose nor mouth of the larger.
    """
    if nested_share(face.box, other.box) <= _MAX_NESTED:
        return False
    small, large = sorted((face, other), key=lambda each: each.side)
    left, top, right, bottom = small.box
    x, y = large.landmarks.T
    hides = bool(((x > left) & (x < right) & (y > top) & (y < bottom)).any())
    if small.score >= sure_score and not hides:
        return False
    return (face.score, face.side) < (other.score, other.side)


def _largest_first(face: Face) -> tuple[float, float, float]:
    return (-face.side, face.box[1], face.box[0])
