"""Which faces are treated."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from anime_inference.logic.faces.face import Face
from anime_inference.logic.faces.find import find_faces
from anime_inference.logic.faces.select import Reason, judge
from anime_inference.logic.generator import Models
from anime_inference.logic.picture import Pixels


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return np.asarray(data.astronaut()[:256, 96:352])


@pytest.fixture(scope="module")
def face(portrait: Pixels, models: Models) -> Face:
    (found,) = find_faces(portrait, models.detectors.get())
    return found


def moved(face: Face, landmarks: np.ndarray) -> Face:
    return Face(face.box, landmarks.astype(np.float32), face.score)


def test_a_clear_face_is_treated(portrait: Pixels, face: Face) -> None:
    (report,) = judge(portrait, [face], 20)
    assert report.treated
    assert report.reason is None
    assert report.score == face.score
    assert report.box == tuple(round(float(side), 1) for side in face.box)


def test_what_may_be_no_face_is_left(portrait: Pixels, face: Face) -> None:
    doubtful = Face(face.box, face.landmarks, 0.7)
    assert judge(portrait, [doubtful], 20)[0].reason is Reason.UNSURE


def test_a_spoon_is_not_given_eyes(models: Models) -> None:
    coffee = np.asarray(data.coffee())
    found = find_faces(coffee, models.detectors.get())
    assert not any(report.treated for report in judge(coffee, found, 20))


def test_a_small_face_is_left(portrait: Pixels, face: Face) -> None:
    centre = face.landmarks.mean(axis=0)
    small = moved(face, centre + (face.landmarks - centre) * 0.15)
    assert judge(portrait, [small], 20)[0].reason is Reason.TOO_SMALL


def test_a_turned_face_is_left(portrait: Pixels, face: Face) -> None:
    turned = face.landmarks.copy()
    turned[2, 0] += 0.6 * (turned[1, 0] - turned[0, 0])
    assert judge(portrait, [moved(face, turned)], 20)[0].reason is Reason.TOO_TURNED
    bowed = face.landmarks.copy()
    bowed[3:, 1] = bowed[:2, 1].mean() + 0.3 * (bowed[1, 0] - bowed[0, 0])
    assert judge(portrait, [moved(face, bowed)], 20)[0].reason is Reason.TOO_TURNED


def test_a_rotated_face_is_not_turned(portrait: Pixels, face: Face) -> None:
    upside_down = np.ascontiguousarray(portrait[::-1, ::-1])
    size = np.array([portrait.shape[1], portrait.shape[0]])
    assert judge(upside_down, [moved(face, size - face.landmarks)], 20)[0].treated


def test_a_blurred_face_is_left(portrait: Pixels, face: Face) -> None:
    blurred = Image.fromarray(portrait).filter(ImageFilter.GaussianBlur(7))
    assert judge(np.asarray(blurred), [face], 20)[0].reason is Reason.TOO_BLURRED


@pytest.mark.parametrize("max_faces", [0, 1, 2, 5])
def test_the_budget_counts_treated_faces_only(portrait: Pixels, face: Face, max_faces: int) -> None:
    tiny = moved(face, face.landmarks * 0.1)
    reports = judge(portrait, [face, tiny, face, face], max_faces)
    assert sum(report.treated for report in reports) == min(max_faces, 3)
    assert reports[1].reason is Reason.TOO_SMALL
    left = [r for r in reports if r.reason is Reason.OVER_MAX_FACES]
    assert len(left) == 3 - min(max_faces, 3)


def test_where_a_face_lies_makes_no_difference(portrait: Pixels, face: Face) -> None:
    for left, top in ((700, 0), (0, 700)):
        photo = np.pad(portrait, ((top, 0), (left, 0), (0, 0)))
        assert judge(photo, [moved(face, np.add(face.landmarks, (left, top)))], 20)[0].treated


@pytest.mark.parametrize(("eyes", "treated"), [(8.9, False), (9.1, True)])
def test_how_far_apart_eyes_must_be(
    portrait: Pixels, face: Face, eyes: float, *, treated: bool
) -> None:
    right, left = face.landmarks[:2]
    scale = eyes / float(np.hypot(*(left - right)))
    report = judge(portrait, [moved(face, right + (face.landmarks - right) * scale)], 20)[0]
    assert (report.reason is not Reason.TOO_SMALL) is treated
