"""Whether five landmarks can be those of a face, and how far that face is turned."""

from __future__ import annotations

import math

import numpy as np

from anime_inference.logic.faces.face import Face

# The box's longer side over the shorter.
_MAX_ASPECT = 3.2
# How far landmarks may lie outside of the box, as a share of its sides.
_BOX_MARGIN = 0.4
# Length of the line from between the eyes to between the corners of the mouth, as a share of the
# face's side; and where along it the nose may lie: 0 at the eyes, 1 at the mouth.
_EYES_TO_MOUTH = (0.15, 0.9)
_NOSE_BETWEEN = (-0.35, 1.35)
# How far a profile's eyes may lie in the wrong order, as a share of the face's side.
_PROFILE = 0.12


def is_plausible(face: Face) -> bool:
    """Whether box and landmarks fit each other as on a human face, at any roll.

    The limits are wide: a profile's nose lies outside of its box, and its eyes on top of each
    other. What fails has landmarks strewn about, mirrored or folded.
    """
    left, top, right, bottom = face.box
    width, height = right - left, bottom - top
    if not (np.isfinite(face.landmarks).all() and min(width, height) >= 1):
        return False
    if max(width, height) > _MAX_ASPECT * min(width, height):
        return False
    low = np.array([left - _BOX_MARGIN * width, top - _BOX_MARGIN * height])
    high = np.array([right + _BOX_MARGIN * width, bottom + _BOX_MARGIN * height])
    if not ((face.landmarks >= low) & (face.landmarks <= high)).all():
        return False
    return _features_in_order(face)


def roll_degrees(face: Face) -> float:
    """How far the face is turned in the picture's plane, from -180 to 180.

    0 is upright, 90 has the chin to the left. It is read from the line between eyes and mouth,
    which, unlike the line between the eyes, keeps its length on a profile.
    """
    eyes, mouth = _middles(face)
    down = mouth - eyes
    return math.degrees(math.atan2(-float(down[0]), float(down[1])))


def _features_in_order(face: Face) -> bool:
    eyes, mouth = _middles(face)
    down = mouth - eyes
    length = float(np.hypot(*down))
    shortest, longest = _EYES_TO_MOUTH
    if not shortest * face.side <= length <= longest * face.side:
        return False
    nose = float((face.landmarks[2] - eyes) @ down) / length**2
    if not _NOSE_BETWEEN[0] <= nose <= _NOSE_BETWEEN[1]:
        return False
    across = face.landmarks[1] - face.landmarks[0]
    # Positive if, looking down the face, the person's left eye lies where it must.
    handed = float(across[0] * down[1] - across[1] * down[0]) / length
    return handed > -_PROFILE * face.side


def _middles(face: Face) -> tuple[np.ndarray, np.ndarray]:
    return face.landmarks[:2].mean(axis=0), face.landmarks[3:].mean(axis=0)
