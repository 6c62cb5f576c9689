"""Padding and shrinking, at any size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from anime_inference.logic import bands
from anime_inference.logic.geometry import beside, miniature, shrink, window
from anime_inference.logic.picture import Picture
from tests.pictures import gradient

sides = st.integers(1, 70)


@given(sides, sides, st.integers(0, 90), st.integers(0, 90))
def test_beyond_its_border_a_picture_is_reflected(
    height: int, width: int, before: int, after: int
) -> None:
    picture = gradient(height, width)
    padded = window(picture, -before, height + after, -before, width + after)
    spans = ((before, after), (before, after), (0, 0))
    np.testing.assert_array_equal(padded, np.pad(picture, spans, mode="reflect"))


@pytest.mark.parametrize("box", [(0, 48, 0, 64), (3, 20, 5, 30), (0, 9, 60, 64), (40, 48, 0, 7)])
def test_a_window_inside_is_a_part(box: tuple[int, int, int, int]) -> None:
    top, bottom, left, right = box
    np.testing.assert_array_equal(window(gradient(), *box), gradient()[top:bottom, left:right])


def test_a_window_is_a_copy() -> None:
    picture = gradient()
    window(picture, 0, 8, 0, 8)[:] = 255
    np.testing.assert_array_equal(picture, gradient())


@pytest.mark.parametrize("size", [(48, 64), (977, 1203), (3001, 700), (1, 5000)])
def test_a_miniature_is_what_pillow_makes_at_once(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bands, "_PIXELS", 50_000)
    random = np.random.default_rng(0)
    picture = random.integers(0, 256, (*size, 3), np.uint8)
    small = (max(1, size[1] // 7), max(1, size[0] // 9))
    wanted = Image.fromarray(picture).resize(small, Image.Resampling.BILINEAR, reducing_gap=2)
    np.testing.assert_array_equal(miniature(picture, *small), np.asarray(wanted))


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


def test_what_is_shrunk_stays_as_sharp_as_lanczos_leaves_it() -> None:
    stripes = np.zeros((40, 60, 3), np.uint8)
    stripes[:, ::3] = 255
    wanted = Image.fromarray(stripes).resize((30, 20), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(shrink(Picture(stripes), 30).rgb, np.asarray(wanted))


def test_what_is_hidden_does_not_show_at_the_edges_of_what_is_shrunk() -> None:
    down, across = np.mgrid[:240, :240]
    disc = np.hypot(down - 119.5, across - 119.5) < 100
    alpha = np.where(disc, 255, 0).astype(np.uint8)
    color = (255, 220, 200)
    small = shrink(Picture(np.where(disc[..., None], color, 0).astype(np.uint8), alpha), 60)
    assert small.alpha is not None
    edge = (small.alpha > 60) & (small.alpha < 200)
    assert edge.any()
    # Lanczos overshoots a little in colour and in alpha.
    assert np.abs(small.rgb[edge].astype(int) - color).max() <= 10
    # What is still hidden keeps its colour, by which the network paints what is beside it.
    kept = shrink(Picture(np.full((240, 240, 3), color, np.uint8), alpha), 60)
    assert (kept.rgb[small.alpha == 0] == color).all()


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


@pytest.mark.parametrize("first", [False, True])
def test_what_is_beside_an_opaque_picture_is_opaque(*, first: bool) -> None:
    clear = Picture(gradient(), np.zeros((48, 64), np.uint8))
    pair = (clear, Picture(gradient())) if first else (Picture(gradient()), clear)
    assert beside(*pair).alpha is None
