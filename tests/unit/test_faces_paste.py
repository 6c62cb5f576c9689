"""Pasting a painted face back."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from anime_inference.logic import bands
from anime_inference.logic.faces.align import crop_face, portrait_transform
from anime_inference.logic.faces.face import Face
from anime_inference.logic.faces.paste import face_mask, match_colors, paste_face
from anime_inference.logic.faces.portraits import paste_faces
from anime_inference.logic.picture import Pixels
from tests.seams import seam_ratio

SIDE = 256


def texture(height: int, width: int, seed: int = 0) -> Pixels:
    random = np.random.default_rng(seed)
    blocks = random.integers(60, 200, (height // 16 + 1, width // 16 + 1, 3), np.uint8)
    image = Image.fromarray(blocks).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image)


def face_at(x: float, y: float, eye_distance: float, turn: float = 0.0) -> Face:
    template = np.array([[-0.5, 0], [0.5, 0], [0, 0.6], [-0.43, 1.05], [0.43, 1.05]])
    cos, sin = np.cos(turn), np.sin(turn)
    points = template @ np.array([[cos, sin], [-sin, cos]]) * eye_distance + (x, y)
    low, high = points.min(0) - eye_distance, points.max(0) + eye_distance
    return Face((low[0], low[1], high[0], high[1]), points.astype(np.float32), 0.9)


def test_the_mask_is_a_face_and_not_a_box() -> None:
    mask = face_mask(SIDE)
    assert mask[int(0.56 * SIDE), SIDE // 2] == 255
    assert mask[0].max() == mask[-1].max() == mask[:, 0].max() == mask[:, -1].max() == 0
    steps = np.abs(np.diff(mask.astype(int), axis=1))
    assert steps.max() < 16


@pytest.mark.parametrize(
    ("x", "y", "turn"), [(200, 150, 0.0), (60, 60, 0.4), (380, 20, -1.2), (10, 290, 3.0)]
)
def test_what_was_not_changed_is_pasted_back_unseen(x: float, y: float, turn: float) -> None:
    picture = texture(300, 400)
    transform = portrait_transform(face_at(x, y, 60, turn).landmarks, SIDE)
    result = picture.copy()
    paste_face(result, crop_face(picture, transform, SIDE), transform, picture)
    assert np.abs(result.astype(int) - picture).mean() < 1
    assert np.abs(result.astype(int) - picture).max() < 40


def test_a_face_of_another_light_takes_the_light_around_it() -> None:
    around = np.full((SIDE, SIDE, 3), (120, 100, 90), np.uint8)
    painted = np.full((SIDE, SIDE, 3), (220, 210, 200), np.uint8)
    assert np.abs(match_colors(painted, around, around).astype(int) - around).max() <= 1


def test_lines_survive_the_matching() -> None:
    around = texture(SIDE, SIDE, seed=1)
    painted = np.full((SIDE, SIDE, 3), 180, np.uint8)
    painted[:, ::8] = 80
    matched = match_colors(painted, around, around).astype(int)
    contrast = matched[100:150, 1::8, 1] - matched[100:150, ::8, 1][:, : matched[:, 1::8].shape[1]]
    assert contrast.mean() == pytest.approx(100, abs=5)


def test_the_seam_measure_sees_a_box_and_sees_none_where_there_is_none() -> None:
    picture = texture(300, 400)
    transform = portrait_transform(face_at(200, 120, 50).landmarks, SIDE)
    painted = 255 - crop_face(picture, transform, SIDE) // 2
    pasted = picture.copy()
    paste_face(pasted, painted, transform, picture)
    boxed = picture.copy()
    inside = crop_mask(picture, transform)
    boxed[inside] = 255
    assert seam_ratio(picture, picture, transform) == pytest.approx(1, abs=0.2)
    assert seam_ratio(pasted, picture, transform) < 1.5
    assert seam_ratio(boxed, picture, transform) > 3


def crop_mask(picture: Pixels, transform: np.ndarray) -> np.ndarray:
    from anime_inference.logic.faces.align import uncrop

    mask, (left, top, right, bottom) = uncrop(face_mask(SIDE), transform, *picture.shape[:2])
    inside = np.zeros(picture.shape[:2], bool)
    inside[top:bottom, left:right] = mask > 128
    return inside


def test_pasting_leaves_the_rest_of_the_picture_alone() -> None:
    picture = texture(300, 400)
    result = picture.copy()
    face = face_at(100, 100, 40)
    paste_faces(result, [face], [np.full((SIDE, SIDE, 3), 30, np.uint8)], picture)
    np.testing.assert_array_equal(result[:, 300:], picture[:, 300:])
    assert np.abs(result.astype(int) - picture)[110:130, 90:110].mean() > 10


def test_a_large_face_is_pasted_as_a_small_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    transform = portrait_transform(face_at(200, 150, 90, 0.3).landmarks, SIDE)
    at_once, in_bands = texture(300, 400).copy(), texture(300, 400).copy()
    paste_face(at_once, texture(SIDE, SIDE, 1), transform, texture(300, 400))
    monkeypatch.setattr(bands, "_PIXELS", 1000)
    paste_face(in_bands, texture(SIDE, SIDE, 1), transform, texture(300, 400))
    np.testing.assert_array_equal(in_bands, at_once)
