"""All of a photo, small: its colours, and the detail that they hide."""

from __future__ import annotations

import numpy as np
import pytest

from anime_inference.logic.picture import Pixels
from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE, thumbnail_of

SIDE = THUMBNAIL_SHAPE[-1]


def stripes(height: int, width: int, step: int) -> Pixels:
    """Columns of black and of a grey of ``step``, one pixel wide each."""
    columns = np.where(np.arange(width) % 2, step, 0)
    return np.broadcast_to(columns[None, :, None], (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (8, 900), (256, 256), (1000, 700)])
def test_any_size_becomes_one(size: tuple[int, int]) -> None:
    small = thumbnail_of(np.full((*size, 3), (10, 20, 30), np.uint8))
    assert small.shape == (SIDE, SIDE, 5)
    assert small.dtype == np.uint8
    assert (small[..., :3] == (10, 20, 30)).all()
    assert not small[..., 3:].any()


def test_colours_are_the_mean_of_what_they_stand_for() -> None:
    random = np.random.default_rng(0)
    rgb = random.integers(0, 255, (2 * SIDE, 4 * SIDE, 3), np.uint8)
    means = rgb.reshape(SIDE, 2, SIDE, 4, 3).mean(axis=(1, 3))
    assert np.abs(thumbnail_of(rgb)[..., :3] - means).max() <= 1


def test_detail_is_told_that_the_mean_has_lost() -> None:
    fine, flat = (
        thumbnail_of(stripes(512, 512, 100)),
        thumbnail_of(np.full((512, 512, 3), 50, np.uint8)),
    )
    assert np.abs(fine[..., :3].astype(int) - flat[..., :3]).max() <= 1
    assert (fine[..., 3] == 160).all()
    assert not fine[..., 4].any()


def test_detail_has_its_direction() -> None:
    across = thumbnail_of(stripes(512, 512, 100))
    down = thumbnail_of(np.ascontiguousarray(stripes(512, 512, 100).swapaxes(0, 1)))
    np.testing.assert_array_equal(across[..., 3], down[..., 4])
    np.testing.assert_array_equal(across[..., 4], down[..., 3])


def test_detail_is_of_the_photos_own_pixels() -> None:
    """The same stripes, twice as wide in a photo twice as large, differ at every second pixel."""
    one = thumbnail_of(stripes(512, 512, 100))
    wide = thumbnail_of(stripes(512, 512, 100).repeat(2, axis=0).repeat(2, axis=1))
    assert wide[..., 3].mean() == pytest.approx(one[..., 3].mean() / 2, abs=1)
