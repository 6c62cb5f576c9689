"""Padding and shrinking, at any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anime_inference.logic.geometry import beside, crop, pad, shrink
from anime_inference.logic.picture import Picture
from tests.pictures import gradient

sides = st.integers(1, 70)


@given(sides, sides, st.sampled_from([1, 8, 32]), st.sampled_from([0, 8, 16]))
def test_padding_is_undone_by_cropping(height: int, width: int, multiple: int, margin: int) -> None:
    picture = gradient(height, width)
    padded = pad(picture, multiple, margin)
    assert padded.shape[0] % multiple == 0
    assert padded.shape[1] % multiple == 0
    assert min(padded.shape[:2]) >= 2 * margin
    np.testing.assert_array_equal(crop(padded, height, width, margin), picture)


def test_padding_reflects() -> None:
    padded = pad(gradient(8, 8), 8, 8)
    np.testing.assert_array_equal(padded[:, 7], padded[:, 9])
    np.testing.assert_array_equal(padded[6], padded[10])


@given(sides, sides, st.integers(16, 64))
def test_shrinking_keeps_the_aspect(height: int, width: int, max_side: int) -> None:
    picture = Picture(gradient(height, width), gradient(height, width)[:, :, 0])
    small = shrink(picture, max_side)
    assert max(small.width, small.height) == min(max_side, max(height, width))
    scale = max(small.width, small.height) / max(height, width)
    assert abs(small.width - width * scale) <= 1
    assert abs(small.height - height * scale) <= 1
    assert small.alpha is not None
    assert small.alpha.shape == small.rgb.shape[:2]


def test_nothing_is_enlarged() -> None:
    picture = Picture(gradient())
    assert shrink(picture, 4096) is picture
    assert shrink(picture, None) is picture


@pytest.mark.parametrize("transparent", [False, True])
def test_beside(*, transparent: bool) -> None:
    alpha = np.zeros((48, 64), np.uint8) if transparent else None
    both = beside(Picture(gradient(), alpha), Picture(gradient() // 2, alpha))
    assert (both.width, both.height) == (128, 48)
    np.testing.assert_array_equal(both.rgb[:, 64:], gradient() // 2)
    assert (both.alpha is not None) == transparent
