"""Mixing photo and painting."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from PIL import Image

from anime_inference.logic import bands
from anime_inference.logic.color import blend, keep_colors_of, keep_tone_of
from tests.pictures import gradient


def ycbcr(rgb: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(rgb).convert("YCbCr")).astype(int)


def test_kept_colours_are_the_photos() -> None:
    photo, painted = 96 + gradient() // 4, 160 - gradient() // 4
    mixed = ycbcr(keep_colors_of(photo, painted))
    assert np.abs(ycbcr(painted) - ycbcr(photo))[..., 1:].mean() > 10
    assert np.abs(mixed - ycbcr(photo))[..., 1:].max() <= 2


def test_most_of_a_change_of_tone_is_taken_back() -> None:
    photo = np.full((16, 16, 3), (150, 110, 90), np.uint8)
    painted = np.full((16, 16, 3), (120, 80, 60), np.uint8)
    mixed = ycbcr(keep_tone_of(photo, painted))[..., 0]
    assert mixed.mean() == pytest.approx(ycbcr(photo)[..., 0].mean() - 0.4 * 30, abs=2)


def test_lines_are_kept_as_the_style_draws_them() -> None:
    photo = np.full((64, 64, 3), 140, np.uint8)
    painted = photo.copy()
    painted[:, ::16] = 40
    mixed = ycbcr(keep_tone_of(photo, painted))[..., 0]
    assert (mixed[:, 1::16] - mixed[:, ::16]).mean() == pytest.approx(100, abs=2)


def test_blend_ends_and_middle() -> None:
    photo, painted = gradient(), 255 - gradient()
    np.testing.assert_array_equal(blend(photo, painted, 0), photo)
    np.testing.assert_array_equal(blend(photo, painted, 1), painted)
    half = blend(photo, painted, 0.5).astype(int)
    assert np.abs(half - 127.5).max() <= 1


def test_large_pictures_are_mixed_as_small_ones_are(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    photo, painted = random.integers(0, 256, (2, 90, 70, 3), np.uint8)

    def mixed() -> list[np.ndarray]:
        ways = (keep_colors_of, keep_tone_of, partial(blend, strength=0.3))
        return [way(photo, painted) for way in ways]

    at_once = mixed()
    monkeypatch.setattr(bands, "_PIXELS", 1000)
    for one, other in zip(at_once, mixed(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_black_and_white_stay_what_they_are() -> None:
    for level in (0, 255):
        flat = np.full((8, 8, 3), level, np.uint8)
        np.testing.assert_array_equal(keep_tone_of(flat, flat), flat)
