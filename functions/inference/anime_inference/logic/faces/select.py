"""Which faces are treated, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from PIL import Image

from anime_inference.logic.faces.align import crop_face, portrait_transform
from anime_inference.logic.faces.face import Box, Face, Landmarks
from anime_inference.logic.picture import Pixels, Tensor

# Under this the detectors are wrong about as often as right: a spoon's reflection, a poster. What
# is no face must not get eyes.
_MIN_SCORE = 0.74
# Distance between the eyes in pixels under which a portrait model has nothing to hold on to.
_MIN_EYE_DISTANCE = 9.0
# How far the nose may lie from the middle between the eyes, in eye distances: about 45 degrees.
_MAX_TURN = 0.42
# Eye line to mouth line over the distance between the eyes: a profile has it long, a face that
# looks up or down has it short. Upright frontal faces have about 1.05.
_PROPORTIONS = (0.6, 2.0)
# Side of the crop on which sharpness is judged, and the least share of its contrast that must be
# fine detail.
_BLUR_SIDE = 96
_MIN_DETAIL = 0.02


class Reason(StrEnum):
    """Why a face was left to the background style."""

    UNSURE = "unsure"
    TOO_SMALL = "too_small"
    TOO_BLURRED = "too_blurred"
    TOO_TURNED = "too_turned"
    OVER_MAX_FACES = "over_max_faces"


@dataclass(frozen=True, slots=True)
class FaceReport:
    """What became of one face.

    Attributes:
        box: left, top, right, bottom in pixels of the result.
        score: 0 to 1, how sure the detector was.
        treated: whether the face style painted it.
        reason: why not.
    """

    box: Box
    score: float
    treated: bool
    reason: Reason | None = None


def judge(rgb: Pixels, faces: Sequence[Face], max_faces: int) -> list[FaceReport]:
    """One report a face, in the order given, which is by descending size.

    Args:
        rgb: the photo, ``uint8[H, W, 3]``.
        faces: found in it.
        max_faces: how many may be treated; the largest are.
    """
    reports = []
    left = max_faces
    for face in faces:
        reason = _reason_against(rgb, face)
        if reason is None and left == 0:
            reason = Reason.OVER_MAX_FACES
        left -= reason is None
        box = tuple(round(float(side), 1) for side in face.box)
        reports.append(
            FaceReport((box[0], box[1], box[2], box[3]), face.score, reason is None, reason)
        )
    return reports


def _reason_against(rgb: Pixels, face: Face) -> Reason | None:
    if face.score < _MIN_SCORE:
        return Reason.UNSURE
    right_eye, left_eye = face.landmarks[:2].astype(np.float64)
    eye_distance = float(np.hypot(*(left_eye - right_eye)))
    if eye_distance < _MIN_EYE_DISTANCE:
        return Reason.TOO_SMALL
    if _is_turned(face.landmarks, eye_distance):
        return Reason.TOO_TURNED
    return Reason.TOO_BLURRED if detail_of(rgb, face) < _MIN_DETAIL else None


def _is_turned(landmarks: Landmarks, eye_distance: float) -> bool:
    points = landmarks.astype(np.float64)
    across = (points[1] - points[0]) / eye_distance
    down = np.array([-across[1], across[0]])
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    sideways = abs(float((points[2] - (eyes + mouth) / 2) @ across)) / eye_distance
    proportion = float((mouth - eyes) @ down) / eye_distance
    return sideways > _MAX_TURN or not _PROPORTIONS[0] <= proportion <= _PROPORTIONS[1]


def detail_of(rgb: Pixels, face: Face) -> float:
    """Variance of the Laplacian over the variance of the light, on the aligned face.

    The measure of focus of Pech-Pacheco et al. (ICPR 2000), made independent of contrast. It is
    taken at 96 pixels a crop, where a sharp face of any size shows the same detail.
    """
    transform = portrait_transform(face.landmarks, _BLUR_SIDE)
    crop = Image.fromarray(crop_face(rgb, transform, _BLUR_SIDE)).convert("L")
    light: Tensor = np.asarray(crop, np.float32)[16:-16, 16:-16]
    laplacian = (
        light[:-2, 1:-1] + light[2:, 1:-1] + light[1:-1, :-2] + light[1:-1, 2:]
    ) - 4 * light[1:-1, 1:-1]
    return float(laplacian.var() / max(float(light.var()), 1.0))
