"""Faces on the whole path of a photo, with the bundled models and detector."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from anime_inference.composition import limits_of
from anime_inference.logic import pipeline
from anime_inference.logic.faces.align import portrait_transform
from anime_inference.logic.faces.find import find_faces
from anime_inference.logic.generator import Models
from anime_inference.logic.painting import Painting
from anime_inference.logic.picture import Pixels
from anime_inference.logic.pipeline import transform
from anime_inference.settings import Settings
from anime_shared.options import TransformOptions
from tests.pictures import file_of, gradient, opened
from tests.seams import seam_ratio

PORTRAIT = (Path(__file__).parents[2] / "docs/pictures/photo.jpg").read_bytes()


def run(models: Models, data: bytes, **options: object) -> tuple[Painting, Pixels]:
    wanted = TransformOptions.model_validate({"format": "png", **options})
    result = transform(data, wanted, limits_of(Settings()), models)
    return result, np.asarray(opened(result.data))


def six() -> bytes:
    """The photo of six people that comes with insightface."""
    return (files("insightface") / "data" / "images" / "t1.jpg").read_bytes()


def test_the_face_is_painted_by_the_face_style_and_the_rest_is_not(models: Models) -> None:
    result, auto = run(models, PORTRAIT)
    _, off = run(models, PORTRAIT, faces="off")
    facts = result.facts()
    assert (facts["style"], facts["face_style"]) == ("hayao", "cute")
    assert facts["model"] != facts["face_model"]
    (face,) = result.faces
    assert face.treated
    left, top, right, bottom = (int(side) for side in face.box)
    change = np.abs(auto.astype(int) - off).mean(axis=2)
    assert change[top:bottom, left:right].mean() > 2
    reach = right - left
    assert change[bottom + reach :].max() == 0
    assert change[:, right + reach :].max() == 0
    timings = result.timings.rounded()
    assert timings["detect"] > 0
    assert timings["paste"] > 0


def test_a_crowd_is_painted_in_parts_as_at_once(
    models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, at_once = run(models, six())
    assert sum(face.treated for face in result.faces) > 3
    monkeypatch.setattr(pipeline, "_FACES_AT_ONCE", 2)
    _, in_parts = run(models, six())
    np.testing.assert_array_equal(in_parts, at_once)


def test_only_faces_change(models: Models) -> None:
    result, only = run(models, PORTRAIT, faces="only")
    photo = np.asarray(opened(PORTRAIT))
    assert result.background is None
    assert result.facts()["style"] == "cute"
    change = np.abs(only.astype(int) - photo).mean(axis=2)
    left, top, right, bottom = (int(side) for side in result.faces[0].box)
    assert change[top:bottom, left:right].mean() > 2
    assert change[:, right + (right - left) :].max() == 0


def test_faces_off_looks_for_none(models: Models) -> None:
    result, _ = run(models, PORTRAIT, faces="off")
    assert result.faces == ()
    assert result.face is None
    assert result.timings.detect == 0


def test_no_face_and_a_budget_of_none(models: Models) -> None:
    result, _ = run(models, file_of(gradient(200, 300)))
    assert result.faces == ()
    budgeted, picture = run(models, PORTRAIT, max_faces=0)
    _, off = run(models, PORTRAIT, faces="off")
    assert [face.reason for face in budgeted.faces] == ["over_max_faces"]
    assert budgeted.face is None
    np.testing.assert_array_equal(picture, off)


def test_six_people_each_with_a_reason_or_a_new_face(models: Models) -> None:
    result, _ = run(models, six())
    assert len(result.faces) == 6
    assert sum(face.treated for face in result.faces) >= 4
    assert all((face.reason is None) == face.treated for face in result.faces)
    assert all(face.reason == "too_turned" for face in result.faces if not face.treated)
    sizes = [(f.box[2] - f.box[0]) * (f.box[3] - f.box[1]) for f in result.faces]
    assert sizes[0] == max(sizes)


@pytest.mark.slow
def test_over_a_hundred_people_and_a_budget_for_the_largest(models: Models) -> None:
    people = np.asarray(opened(six()).resize((640, 443)))
    crowd = file_of(np.tile(people, (5, 4, 1)), "JPEG")
    result, _ = run(models, crowd, format="jpeg", max_faces=7)
    assert len(result.faces) > 100
    treated = [face for face in result.faces if face.treated]
    assert len(treated) == 7
    left = [face for face in result.faces if face.reason == "over_max_faces"]
    assert len(left) > 50
    assert min(face_side(f.box) for f in treated) >= max(face_side(f.box) for f in left)


def face_side(box: tuple[float, float, float, float]) -> float:
    return max(box[2] - box[0], box[3] - box[1])


@pytest.mark.parametrize("data", [PORTRAIT, six()], ids=["portrait", "six"])
def test_no_seam_is_visible(models: Models, data: bytes) -> None:
    photo = np.asarray(opened(data))
    _, auto = run(models, data)
    result, off = run(models, data, faces="off")
    assert result.faces == ()
    found = find_faces(photo, models.detectors.get())
    for face in found:
        assert seam_ratio(auto, off, portrait_transform(face.landmarks, 256)) < 1.5


def test_the_same_photo_gives_the_same_faces(models: Models) -> None:
    first, second = run(models, six())[0], run(models, six())[0]
    assert first.faces == second.faces
    assert first.data == second.data
