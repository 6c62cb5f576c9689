"""Which faces of a frame are looked for anew, and which are the same as before."""

from __future__ import annotations

import numpy as np
import pytest

from anime_inference.logic.clip.faces import ClipFaces, FacePainting
from anime_inference.logic.faces.face import Box, Face
from anime_inference.logic.generator import Generators
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels
from anime_shared.styles import find_style
from tests.unit.test_clip_changes import mask
from tests.unit.test_faces_find import Script, face_at

BOX: Box = (200.0, 160.0, 280.0, 260.0)
# Of noise, as a face that is out of focus is left as it is.
PHOTO = np.random.default_rng(0).integers(0, 255, (600, 800, 3), np.uint8)
# In each pass over a whole photo; a sure upright face takes one.
FOUND = [face_at(BOX, 0.95)]


@pytest.fixture
def painting(generators: Generators) -> FacePainting:
    cute = find_style("cute")
    assert cute.face_side is not None
    return FacePainting(generators.get(cute), cute.face_side, Memory(2**40), 8)


def painted(faces: ClipFaces, photo: Pixels) -> Pixels:
    faces.paint(photo)
    return faces.paste(photo, photo)


def boxes_of(faces: ClipFaces) -> list[Box]:
    return [report.box for report in faces.most]


def test_a_frame_without_faces_is_left_as_it_is(painting: FacePainting) -> None:
    faces = ClipFaces(Script([]), painting)
    faces.find(PHOTO, None)
    assert painted(faces, PHOTO) is PHOTO
    assert faces.most == ()


def test_a_change_too_narrow_for_a_face_is_not_looked_at(painting: FacePainting) -> None:
    detector = Script([FOUND])
    faces = ClipFaces(detector, painting)
    faces.find(PHOTO, None)
    before = painted(faces, PHOTO)
    assert (before != PHOTO).any()
    looked = len(detector.shapes)
    faces.find(PHOTO, mask(600, 800, (560, 577, 760, 777)))
    assert len(detector.shapes) == looked
    np.testing.assert_array_equal(painted(faces, PHOTO), before)
    faces.find(PHOTO, mask(600, 800, (560, 578, 760, 763)))
    assert len(detector.shapes) > looked
    np.testing.assert_array_equal(painted(faces, PHOTO), before)


def test_the_smallest_change_in_a_face_is_looked_at(painting: FacePainting) -> None:
    detector = Script([FOUND])
    faces = ClipFaces(detector, painting)
    faces.find(PHOTO, None)
    looked = len(detector.shapes)
    faces.find(PHOTO, mask(600, 800, (200, 201, 240, 241)))
    assert len(detector.shapes) > looked
    # Nobody was seen there this time.
    assert painted(faces, PHOTO) is PHOTO
    assert boxes_of(faces) == [BOX], "the frame with the most faces is the one that is told of"


def test_a_score_that_wavers_does_not_show(painting: FacePainting) -> None:
    def seen(faces: list[Face]) -> float:
        detector = Script([FOUND, faces])
        clip = ClipFaces(detector, painting)
        clip.find(PHOTO, None)
        clip.find(PHOTO, mask(600, 800, (0, 600, 0, 800)))
        (face,) = clip._faces
        return face.score

    assert seen([face_at(BOX, 0.85)]) == pytest.approx(0.95)
    assert seen([face_at(BOX, 0.97)]) == pytest.approx(0.97)
    elsewhere: Box = (500.0, 160.0, 580.0, 260.0)
    assert seen([face_at(elsewhere, 0.85)]) == pytest.approx(0.85)
