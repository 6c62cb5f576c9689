"""Cutting faces out and putting them back."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from anime_inference.logic.faces import align
from anime_inference.logic.faces.align import (
    TEMPLATE,
    apply_transform,
    crop_face,
    invert,
    portrait_transform,
    scale_of,
    seen_box,
    uncrop,
)
from anime_inference.logic.faces.face import Landmarks

SIDE = 64
angles = st.floats(-180, 180)
scales = st.floats(0.2, 20)
shifts = st.floats(-500, 2000)


def placed(angle: float, scale: float, x: float, y: float) -> Landmarks:
    """The template as landmarks of a photo: turned, in a crop of ``scale * SIDE`` pixels."""
    turn = np.radians(angle)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    points: NDArray[np.float64] = (TEMPLATE - 0.5) * SIDE * scale @ matrix.T + (x, y)
    return points.astype(np.float32)


def smooth_photo(height: int, width: int) -> np.ndarray:
    blocks = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)
    return np.asarray(Image.fromarray(blocks).resize((width, height), Image.Resampling.BICUBIC))


@given(angles, scales, shifts, shifts)
def test_a_face_of_any_size_and_turn_comes_to_lie_on_the_template(
    angle: float, scale: float, x: float, y: float
) -> None:
    landmarks = placed(angle, scale, x, y)
    transform = portrait_transform(landmarks, SIDE)
    np.testing.assert_allclose(apply_transform(transform, landmarks), TEMPLATE * SIDE, atol=0.05)
    assert scale_of(transform) == pytest.approx(1 / scale, rel=1e-3)


@given(angles, scales, shifts, shifts, st.integers(0, 2**32 - 1))
def test_it_is_a_similarity_that_never_mirrors(
    angle: float, scale: float, x: float, y: float, seed: int
) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.05 * SIDE * scale, (5, 2))
    landmarks = placed(angle, scale, x, y) + noise.astype(np.float32)
    linear = portrait_transform(landmarks, SIDE)[:, :2]
    assert np.linalg.det(linear) > 0
    np.testing.assert_allclose(
        linear @ linear.T, np.eye(2) * np.linalg.det(linear), atol=1e-6 * np.linalg.det(linear)
    )


@pytest.mark.parametrize("scale", [4, 9, 21])
def test_a_large_face_is_cut_out_as_if_at_once(
    scale: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = smooth_photo(900, 1300)
    transform = portrait_transform(placed(30, scale, 500, 300), SIDE)
    by_parts = crop_face(photo, transform, SIDE).astype(int)
    monkeypatch.setattr(align, "_REDUCING_GAP", 1e9)
    difference = np.abs(by_parts - crop_face(photo, transform, SIDE))
    assert difference.mean() < 1
    assert difference.max() <= 8


def test_a_face_that_fills_the_photo_is_never_held_at_full_size() -> None:
    photo = smooth_photo(2000, 2000)
    transform = portrait_transform(placed(30, 2000 / SIDE, 1000, 1000), SIDE)
    left, top, right, bottom = seen_box(transform, SIDE)
    assert (right - left) * (bottom - top) > 1.5 * 2000 * 2000
    tracemalloc.start()
    crop_face(photo, transform, SIDE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < photo.nbytes


def test_a_mirrored_face_is_not_mirrored_back() -> None:
    transform = portrait_transform((TEMPLATE[[1, 0, 2, 4, 3]] * SIDE).astype(np.float32), SIDE)
    assert np.linalg.det(transform[:, :2]) > 0


def test_no_better_similarity_is_near() -> None:
    noise = np.random.default_rng(1).normal(0, 6, (5, 2)).astype(np.float32)
    landmarks = placed(20, 2, 100, 90) + noise
    best = portrait_transform(landmarks, SIDE)

    def misfit(transform: np.ndarray) -> float:
        return float(np.square(apply_transform(transform, landmarks) - TEMPLATE * SIDE).sum())

    a, b = best[0, 0], best[1, 0]
    for da, db, dx, dy in np.vstack((np.eye(4), -np.eye(4))) * (0.01, 0.01, 0.5, 0.5):
        moved = np.array([[a + da, -b - db, best[0, 2] + dx], [b + db, a + da, best[1, 2] + dy]])
        assert misfit(moved) > misfit(best)


@pytest.mark.parametrize("bad", [np.zeros((5, 2)), np.full((5, 2), np.nan), np.full((5, 2), 7)])
def test_landmarks_that_make_no_face(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="landmarks must"):
        portrait_transform(bad.astype(np.float32), SIDE)


@given(angles, scales, shifts, shifts)
def test_inverting_twice_changes_nothing(angle: float, scale: float, x: float, y: float) -> None:
    transform = portrait_transform(placed(angle, scale, x, y), SIDE)
    np.testing.assert_allclose(invert(invert(transform)), transform, rtol=1e-6, atol=1e-6)


def test_the_identity_crop_is_the_photo() -> None:
    photo = smooth_photo(SIDE, SIDE)
    transform = portrait_transform((TEMPLATE * SIDE).astype(np.float32), SIDE)
    assert np.abs(crop_face(photo, transform, SIDE).astype(int) - photo).max() <= 1
    back, box = uncrop(photo, transform, SIDE, SIDE)
    assert box == (0, 0, SIDE, SIDE)
    assert np.abs(back.astype(int) - photo)[2:-2, 2:-2].max() <= 1


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_a_turned_photo_gives_the_same_crop(quarter: int) -> None:
    upright = smooth_photo(90, 120)
    landmarks = placed(0, 1, 60, 45)
    turned = np.ascontiguousarray(np.rot90(upright, quarter))
    points = landmarks
    for step in range(quarter):
        width = (120, 90)[step % 2]
        points = np.stack((points[:, 1], width - points[:, 0]), axis=1)
    one = crop_face(upright, portrait_transform(landmarks, SIDE), SIDE)
    other = crop_face(turned, portrait_transform(points, SIDE), SIDE)
    assert np.abs(one.astype(int) - other).max() <= 2


@pytest.mark.parametrize(("scale", "angle"), [(1, 0), (1, 30), (3, -20), (0.5, 45), (2, 170)])
def test_a_crop_goes_back_to_where_it_was_cut(scale: float, angle: float) -> None:
    photo = smooth_photo(300, 400)
    transform = portrait_transform(placed(angle, scale, 200, 150), SIDE)
    crop = crop_face(photo, transform, SIDE)
    back, (left, top, right, bottom) = uncrop(crop, transform, 300, 400)
    assert back.shape == (bottom - top, right - left, 3)
    mask, box = uncrop(np.full((SIDE, SIDE), 255, np.uint8), transform, 300, 400)
    assert box == (left, top, right, bottom)
    inside = mask == 255
    assert inside.sum() > 0.4 * (SIDE * scale) ** 2
    difference = np.abs(back.astype(int) - photo[top:bottom, left:right])[inside]
    assert difference.mean() < 2
    assert np.percentile(difference, 99) < 10


def test_only_the_crop_goes_back() -> None:
    transform = portrait_transform(placed(45, 1, 200, 150), SIDE)
    mask, (left, top, right, bottom) = uncrop(
        np.full((SIDE, SIDE), 255, np.uint8), transform, 300, 400
    )
    assert right - left <= SIDE * 1.5
    assert bottom - top <= SIDE * 1.5
    assert mask[0, 0] == mask[0, -1] == mask[-1, 0] == mask[-1, -1] == 0
    assert (mask > 0).mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("place", [(-400, 50), (900, 50), (50, -400), (50, 900)])
def test_a_crop_that_misses_the_photo_goes_back_to_nothing(place: tuple[int, int]) -> None:
    transform = portrait_transform(placed(10, 1, *place), SIDE)
    back, (left, top, right, bottom) = uncrop(
        np.zeros((SIDE, SIDE, 3), np.uint8), transform, 100, 100
    )
    assert back.size == 0
    assert 0 <= left <= right <= 100
    assert 0 <= top <= bottom <= 100
    assert (right - left) * (bottom - top) == 0


def test_the_photo_goes_on_as_its_mirror_image() -> None:
    photo = smooth_photo(SIDE, SIDE)
    shifted = portrait_transform((TEMPLATE * SIDE - (SIDE / 4, 0)).astype(np.float32), SIDE)
    crop = crop_face(photo, shifted, SIDE)
    quarter = SIDE // 4
    wanted = np.concatenate((photo[:, :quarter][:, ::-1], photo[:, : SIDE - quarter]), axis=1)
    assert np.abs(crop.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 200)])
def test_photos_much_smaller_than_the_crop(size: tuple[int, int]) -> None:
    photo = smooth_photo(*size)
    crop = crop_face(photo, portrait_transform(placed(30, 1, 20, 1), SIDE), SIDE)
    assert crop.shape == (SIDE, SIDE, 3)
    assert crop.dtype == np.uint8


def test_a_large_face_is_averaged_and_not_sampled() -> None:
    stripes = np.zeros((1280, 1280, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = crop_face(stripes, portrait_transform(placed(0, 20, 640, 640), SIDE), SIDE)
    assert np.abs(crop[4:-4, 4:-4].astype(int) - 127).max() <= 3
