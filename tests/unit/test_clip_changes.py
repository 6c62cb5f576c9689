"""Which parts of a frame are painted again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anime_inference.logic.clip.changes import (
    Mask,
    changes_between,
    painted_pixels,
    plan_runs,
    window_of,
)
from anime_inference.logic.generator import Generators
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels
from anime_inference.logic.stylise import paint_tiles, plan
from anime_inference.logic.thumbnail import thumbnail_of
from anime_inference.logic.tiles import Cut, Tile, plan_tiles
from anime_shared.styles import find_style
from tests.unit.test_tiles import CUTS, scene


def area(runs: tuple[Tile, ...]) -> int:
    return sum(run.rows.length * run.columns.length for run in runs)


def mask(height: int, width: int, *boxes: tuple[int, int, int, int]) -> Mask:
    """Changes from top to bottom and left to right of each box."""
    changed = np.zeros((height, width), bool)
    for top, bottom, left, right in boxes:
        changed[top:bottom, left:right] = True
    return changed


def test_nothing_changed_is_nothing_to_paint() -> None:
    cut = CUTS[0]
    tiles = plan_tiles(700, 900, cut, 10**9)
    assert plan_runs(mask(700, 900), tiles, cut) == ()
    assert window_of(mask(4, 4)) is None


def test_changes_far_apart_have_runs_of_their_own_and_near_ones_share_one() -> None:
    cut = Cut(8, 8, 16)
    tiles = plan_tiles(1000, 1000, cut, 10**9)
    far = plan_runs(mask(1000, 1000, (10, 20, 10, 20), (900, 930, 900, 930)), tiles, cut)
    assert len(far) == 2
    assert area(far) < 0.02 * area(tiles)
    near = plan_runs(mask(1000, 1000, (500, 520, 500, 520), (540, 560, 540, 560)), tiles, cut)
    assert len(near) == 1


def test_changes_everywhere_are_painted_as_the_whole() -> None:
    cut = CUTS[0]
    tiles = plan_tiles(1400, 1400, cut, 1_000_000)
    dotted = mask(1400, 1400)
    dotted[::50, ::50] = True
    assert plan_runs(dotted, tiles, cut) == tiles


def test_no_run_is_larger_than_a_tile() -> None:
    cut = CUTS[0]
    tiles = plan_tiles(1400, 1400, cut, 1_000_000)
    assert len(tiles) > 1
    # Where two tiles meet, each paints its share.
    seam = tiles[0].columns.end
    runs = plan_runs(mask(1400, 1400, (690, 710, seam - 5, seam + 5)), tiles, cut)
    assert len(runs) == 2
    assert max(area((run,)) for run in runs) < max(area((tile,)) for tile in tiles)


boxes = st.tuples(*(st.integers(0, 699), st.integers(1, 90)) * 2)


@given(
    st.integers(1, 700),
    st.integers(1, 700),
    st.sampled_from(CUTS),
    st.lists(boxes, max_size=6),
    st.booleans(),
)
@settings(deadline=None)
def test_all_that_a_change_is_seen_in_is_painted_and_enough_is_read(
    height: int,
    width: int,
    cut: Cut,
    found: list[tuple[int, int, int, int]],
    cut_up: bool,
) -> None:
    changed = mask(
        height, width, *((top, top + tall, left, left + wide) for top, tall, left, wide in found)
    )
    tiles = plan_tiles(height, width, cut, 400_000 if cut_up else 10**9)
    runs = plan_runs(changed, tiles, cut)
    painted = np.zeros((height, width), bool)
    for run in runs:
        painted[run.rows.kept, run.columns.kept] = True
        for span, length in ((run.rows, height), (run.columns, width)):
            # On the grid of the whole, with all that the network sees, or the whole's own border.
            assert (span.start + cut.margin) % cut.multiple == span.length % cut.multiple == 0
            assert span.start in (-cut.margin, min(span.start, span.first - cut.reach))
            whole_end = cut.padded(length) - cut.margin
            assert span.stop in (whole_end, max(span.stop, span.end + cut.reach))
            assert -cut.margin <= span.start
            assert span.stop <= whole_end
    for row, column in np.argwhere(changed)[:: max(1, int(changed.sum()) // 50)]:
        rows = slice(max(0, row - cut.reach), row + cut.reach + 1)
        assert painted[rows, max(0, column - cut.reach) : column + cut.reach + 1].all()
    assert painted_pixels(runs, height, width) == int(painted.sum())


@pytest.mark.parametrize("style", ["hayao", "cute"])
def test_what_is_painted_again_is_bit_for_bit_the_whole(style: str, generators: Generators) -> None:
    generator = generators.get(find_style(style))
    rgb = scene(500, 640)
    thumbnail = thumbnail_of(rgb)
    tiles = plan(500, 640, generator, Memory(2**40))

    def whole(picture: Pixels) -> Pixels:
        painted = np.empty_like(picture)
        paint_tiles(picture, painted, tiles, generator, thumbnail, None)
        return painted

    before = whole(rgb)
    random = np.random.default_rng(3)
    for _ in range(4):
        after = rgb.copy()
        for top, left in random.integers(0, 480, (2, 2)):
            after[top : top + 20, left : left + 30] = random.integers(0, 255, 3)
        runs = plan_runs(changes_between(rgb, after), tiles, generator.cut)
        assert painted_pixels(runs, 500, 640) < 500 * 640
        painted = before.copy()
        paint_tiles(after, painted, runs, generator, thumbnail, None)
        np.testing.assert_array_equal(painted, whole(after))
