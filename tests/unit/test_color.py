"""Mixing photo and painting."""

from __future__ import annotations

import numpy as np
from PIL import Image

from anime_inference.logic.color import blend, keep_photo_colors
from tests.pictures import gradient


def ycbcr(rgb: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(rgb).convert("YCbCr")).astype(int)


def test_kept_colours_are_the_photos_and_light_is_the_paintings() -> None:
    photo = np.full((16, 16, 3), (150, 110, 90), np.uint8)
    painted = np.full((16, 16, 3), (100, 130, 140), np.uint8)
    mixed = ycbcr(keep_photo_colors(painted, photo))
    assert np.abs(mixed[..., 0] - ycbcr(painted)[..., 0]).max() <= 1
    assert np.abs(mixed[..., 1:] - ycbcr(photo)[..., 1:]).max() <= 1


def test_blend_ends_and_middle() -> None:
    photo, painted = gradient(), 255 - gradient()
    np.testing.assert_array_equal(blend(photo, painted, 0), photo)
    np.testing.assert_array_equal(blend(photo, painted, 1), painted)
    half = blend(photo, painted, 0.5).astype(int)
    assert np.abs(half - 127.5).max() <= 1
