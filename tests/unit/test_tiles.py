"""A picture cut into tiles: every pixel once, and painted as in the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from anime_inference.adapters.engine import EngineOptions
from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_inference.adapters.graphs.pen import NORMALISATIONS
from anime_inference.adapters.model_store import Model
from anime_inference.adapters.onnx_runtime import OnnxGenerator
from anime_inference.logic import stylise
from anime_inference.logic.generator import Generator, Generators, Part
from anime_inference.logic.geometry import window
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels
from anime_inference.logic.stylise import paint, plan
from anime_inference.logic.tiles import Cut, Span, plan_tiles, smallest_tile
from anime_shared.errors import PictureTooLarge, StyleNotInstalled
from anime_shared.style import Upsampling
from anime_shared.styles import find_style
from tests.weights import random_state_dict

PLENTY = Memory(2**62)
CUTS = [Cut(8, 8, 120), Cut(16, 0, 160), Cut(8, 0, 64)]


def scene(height: int, width: int) -> Pixels:
    """Soft shapes with some grain, different everywhere."""
    random = np.random.default_rng(height + width)
    blocks = random.integers(0, 255, (9, 9, 3), np.uint8)
    image = Image.fromarray(blocks).resize((width, height), Image.Resampling.BICUBIC)
    grain = random.integers(-20, 21, (height, width, 3))
    pixels: Pixels = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
    return pixels


def room_for(generator: Generator, pixels: int) -> Memory:
    """Enough for runs of this many pixels, and no more."""
    return Memory(pixels * generator.bytes_per_pixel)


@given(
    st.integers(1, 3000), st.integers(1, 3000), st.sampled_from(CUTS), st.floats(0, 1), st.data()
)
def test_a_plan_keeps_every_pixel_once_and_reads_enough_around_it(
    height: int, width: int, cut: Cut, share: float, data: st.DataObject
) -> None:
    least = smallest_tile(height, width, cut)
    whole = cut.padded(height) * cut.padded(width)
    most = least + int(share**3 * (whole - least))
    assert plan_tiles(height, width, cut, least - 1) == ()
    tiles = plan_tiles(height, width, cut, most)
    assert len({(tile.rows.length, tile.columns.length) for tile in tiles}) == 1
    assert tiles[0].rows.length * tiles[0].columns.length <= most
    assert sum(_kept(tile.rows) * _kept(tile.columns) for tile in tiles) == height * width
    row, column = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    keepers = [
        tile
        for tile in tiles
        if tile.rows.first <= row < tile.rows.end
        and tile.columns.first <= column < tile.columns.end
    ]
    assert len(keepers) == 1
    _check_line(keepers[0].rows, height, cut)
    _check_line(keepers[0].columns, width, cut)


def _kept(span: Span) -> int:
    return span.end - span.first


def _check_line(span: Span, length: int, cut: Cut) -> None:
    """It lies in the padded picture, at a multiple, and ends there or far from what it keeps."""
    before, after = -cut.margin, cut.padded(length) - cut.margin
    assert before <= span.start < span.stop <= after
    assert (span.start - before) % cut.multiple == span.length % cut.multiple == 0
    assert span.start == before or span.first - span.start >= cut.reach
    assert span.stop == after or span.stop - span.end >= cut.reach


def test_what_fits_is_not_cut() -> None:
    (tile,) = plan_tiles(100, 200, CUTS[0], 120 * 216)
    assert tile.rows == Span(-8, 112, 0, 100)
    assert tile.columns == Span(-8, 208, 0, 200)


@pytest.mark.parametrize(
    ("style", "size", "tile"),
    [
        ("hayao", (1001, 437), 480 * 520),
        ("shinkai", (430, 1201), 450 * 520),
        ("hayao", (840, 840), 520 * 520),
        ("cute", (1001, 700), 656 * 720),
        ("cute", (333, 1500), 352 * 800),
    ],
)
def test_a_student_paints_tiles_as_it_paints_the_whole(
    generators: Generators, style: str, size: tuple[int, int], tile: int
) -> None:
    generator = generators.get(find_style(style))
    assert generator.cut in CUTS
    photo = scene(*size)
    memory = room_for(generator, tile)
    assert len(plan(*size, generator, memory)) > 1
    whole = paint(photo, generator, PLENTY)
    assert np.abs(paint(photo, generator, memory).astype(int) - whole).max() <= 1


def test_large_pictures_are_cut_by_default(generators: Generators) -> None:
    for style in ("hayao", "cute"):
        generator = generators.get(find_style(style))
        tiles = plan(4000, 6000, generator, PLENTY)
        assert len(tiles) > 6
        assert stylise.run_bytes(tiles, generator) <= 600e6


@pytest.fixture(scope="module", params=list(Upsampling))
def full(request: pytest.FixtureRequest) -> OnnxGenerator:
    """The full model with random weights, whose normalisations differ from photo to photo."""
    graph = build_animegan2(random_state_dict(), request.param)
    model = Model(graph.SerializeToString(), "")
    return OnnxGenerator(find_style("hayao_full"), model, EngineOptions())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("height", "width", "count"),
    # In the second, float32 puts the last column's place a hair beyond the tile.
    [(379, 381, 4), (256, 528, 4)],
)
def test_the_full_model_paints_tiles_as_the_whole_but_for_its_statistics(
    full: OnnxGenerator, monkeypatch: pytest.MonkeyPatch, height: int, width: int, count: int
) -> None:
    photo = scene(height, width)
    whole = paint(photo, full, PLENTY)
    memory = room_for(full, 256 * 256)
    assert len(plan(height, width, full, memory)) == count
    estimated = np.abs(paint(photo, full, memory).astype(int) - whole)
    assert 0 < estimated.mean() < 6
    padded = window(photo, 0, full.cut.padded(height), 0, full.cut.padded(width))
    monkeypatch.setattr(stylise, "statistics_of", lambda *_: full.measure(padded))
    assert np.abs(paint(photo, full, memory).astype(int) - whole).max() <= 1


def test_statistics_are_of_the_normalisations(full: OnnxGenerator) -> None:
    measured = full.measure(scene(64, 64))
    assert measured.shape == (NORMALISATIONS, 2)
    assert (measured[:, 1] > 0).all()
    flat = full.measure(np.full((64, 64, 3), 128, np.uint8))
    assert flat[0, 1] > 10 * measured[0, 1]


@pytest.mark.parametrize("shape", [(1, 1_000_000), (1_000_000, 5), (1, 20), (900, 700)])
def test_statistics_take_no_more_memory_than_there_is(
    full: OnnxGenerator, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int]
) -> None:
    seen: list[tuple[int, ...]] = []
    monkeypatch.setattr(OnnxGenerator, "measure", lambda _, overview: seen.append(overview.shape))
    most = 300_000
    stylise.statistics_of(np.zeros((*shape, 3), np.uint8), full, room_for(full, most))
    ((height, width, _),) = seen
    assert height * width <= most
    assert height % full.cut.multiple == width % full.cut.multiple == 0
    assert height * width > 0.8 * min(most, shape[0] * shape[1])


def test_a_full_model_of_an_earlier_version_is_to_be_installed_anew() -> None:
    graph = build_animegan2(random_state_dict(), Upsampling.ASYMMETRIC)
    style = find_style("hayao_full")
    OnnxGenerator(style, Model(graph.SerializeToString(), ""), EngineOptions())
    graph.model_version -= 1
    with pytest.raises(StyleNotInstalled, match="animegan models pull hayao_full"):
        OnnxGenerator(style, Model(graph.SerializeToString(), ""), EngineOptions())


@pytest.mark.parametrize("style", ["hayao", "cute"])
def test_what_is_too_large_is_told_a_size_that_is_not(generators: Generators, style: str) -> None:
    generator = generators.get(find_style(style))
    memory = Memory(256 * 2**20, pixels=6000 * 8000)
    with pytest.raises(PictureTooLarge, match="max_side=") as raised:
        plan(6000, 8000, generator, memory)
    side = int(raised.value.detail.partition("max_side=")[2].split()[0])
    assert plan(side, side, generator, replace(memory, pixels=side * side))


def test_tiles_of_the_full_model_overlap_as_far_as_a_pixel_reaches(full: OnnxGenerator) -> None:
    reach, side = full.cut.reach, 256
    grey = np.full((side, side, 3), 128, np.uint8)
    changed = grey.copy()
    changed[side // 2, side // 2] = 0
    part = Part(0, 0, side, side, full.measure(scene(side, side)))
    one, other = (full._run(picture, grey, part) for picture in (grey, changed))
    places = np.argwhere((one != other).any(axis=(0, 1)))
    assert reach - 24 < np.abs(places - side // 2).max() <= reach
