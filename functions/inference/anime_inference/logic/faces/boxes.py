"""Boxes of faces: how much two overlap, and which of several is the one to keep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anime_inference.logic.faces.face import Box


def best_of_each(
    boxes: NDArray[np.float32], scores: NDArray[np.float32], *, max_iou: float
) -> list[int]:
    """Greedy non-maximum suppression: which boxes stay, the surest first.

    Args:
        boxes: ``float32[N, 4]``: left, top, right, bottom.
        scores: ``float32[N]``.
        max_iou: a box goes if one with a higher score (of equal ones, the first) overlaps it by
            more than this, as intersection over union.
    """
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    order = np.argsort(-scores, kind="stable")
    keep: list[int] = []
    while order.size:
        first, order = int(order[0]), order[1:]
        keep.append(first)
        sides = np.minimum(boxes[first, 2:], boxes[order, 2:])
        sides = sides - np.maximum(boxes[first, :2], boxes[order, :2])
        shared = np.prod(np.maximum(sides, 0), axis=1)
        order = order[shared <= max_iou * (areas[first] + areas[order] - shared)]
    return keep


def nested_share(one: Box, other: Box) -> float:
    """How much of the smaller box lies in the larger: 1 for a box inside another."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    if across <= 0 or down <= 0:
        return 0.0
    return across * down / min(_area(one), _area(other))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union: 1 for equal boxes, 0 for boxes apart."""
    shared = nested_share(one, other) * min(_area(one), _area(other))
    return shared / (_area(one) + _area(other) - shared)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
