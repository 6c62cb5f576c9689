"""A whole photo through one generator, and how much of it is shown."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from PIL import Image

from anime_inference.logic.color import blend, keep_colors_of
from anime_inference.logic.generator import Generator, Part
from anime_inference.logic.geometry import window
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels, Tensor
from anime_inference.logic.thumbnail import thumbnail_of
from anime_inference.logic.tiles import Tile, plan_tiles, smallest_tile
from anime_shared.errors import PictureTooLarge

# Told which share of a picture is painted, after each tile.
OnShare: TypeAlias = Callable[[float], None]


def _unwatched(_: float) -> None:
    pass


def paint(
    rgb: Pixels, generator: Generator, memory: Memory, on_share: OnShare = _unwatched
) -> Pixels:
    """Paint RGB ``uint8[H, W, 3]`` of any size to the same size, in tiles if it must be.

    Args:
        rgb: the photo.
        generator: paints it.
        memory: bounds what the generator may need at its peak.
        on_share: is told how much is painted; what it raises ends the work.

    Raises:
        PictureTooLarge: ``memory`` isn't enough for one tile.
    """
    height, width = rgb.shape[:2]
    tiles = plan(height, width, generator, memory)
    thumbnail = thumbnail_of(rgb)
    if len(tiles) == 1:
        (tile,) = tiles
        return _paint_tile(rgb, tile, generator, thumbnail, None)
    statistics = statistics_of(rgb, generator, memory)
    painted = np.empty_like(rgb)
    paint_tiles(rgb, painted, tiles, generator, thumbnail, statistics, on_share)
    return painted


def paint_tiles(
    rgb: Pixels,
    painted: Pixels,
    tiles: tuple[Tile, ...],
    generator: Generator,
    thumbnail: Pixels,
    statistics: Tensor | None,
    on_share: OnShare = _unwatched,
) -> None:
    """Paint what some tiles keep.

    Args:
        rgb: the photo, ``uint8[H, W, 3]`` RGB.
        painted: likewise; what the tiles keep is written to it.
        tiles: on the grid of :func:`plan`.
        generator: paints them.
        thumbnail: from :func:`thumbnail_of`.
        statistics: from :func:`statistics_of`.
        on_share: is told how much is painted; what it raises ends the work.
    """
    cut = generator.cut
    height, width = (cut.padded(side) for side in rgb.shape[:2])
    for done, tile in enumerate(tiles, start=1):
        top, left = tile.rows.start + cut.margin, tile.columns.start + cut.margin
        part = Part(top, left, height, width, statistics)
        kept = (tile.rows.kept, tile.columns.kept)
        painted[kept] = _paint_tile(rgb, tile, generator, thumbnail, part)
        on_share(done / len(tiles))


def plan(height: int, width: int, generator: Generator, memory: Memory) -> tuple[Tile, ...]:
    """The runs in which a generator paints a picture: one of all of it, or tiles.

    Raises:
        PictureTooLarge: ``memory`` isn't enough for any.
    """
    cut = generator.cut
    most = memory.for_runs // generator.bytes_per_pixel
    tiles = plan_tiles(height, width, cut, min(most, generator.tile_pixels or most))
    if not tiles:
        raise _too_large(height, width, generator, memory)
    return tiles


def run_bytes(tiles: tuple[Tile, ...], generator: Generator) -> int:
    """The working memory that the largest of these runs takes at its peak."""
    pixels = max(tile.rows.length * tile.columns.length for tile in tiles)
    return pixels * generator.bytes_per_pixel


def mix(photo: Pixels, painted: Pixels, *, strength: float, keep_colors: bool) -> Pixels:
    """The painting at the strength that was asked for; all RGB ``uint8[H, W, 3]``.

    Args:
        photo: what was painted.
        painted: how it was painted.
        strength: 0 (the photo) to 1 (the style).
        keep_colors: take chroma from the photo.
    """
    if keep_colors:
        painted = keep_colors_of(photo, painted)
    return blend(photo, painted, strength)


def _paint_tile(
    rgb: Pixels, tile: Tile, generator: Generator, thumbnail: Pixels, part: Part | None
) -> Pixels:
    """What is kept of it."""
    rows, columns = tile.rows, tile.columns
    seen = window(rgb, rows.start, rows.stop, columns.start, columns.stop)
    return generator.paint(seen, thumbnail, part)[rows.kept_of_tile, columns.kept_of_tile]


def statistics_of(rgb: Pixels, generator: Generator, memory: Memory) -> Tensor | None:
    """What the normalisations see of RGB ``uint8[H, W, 3]``, scaled down as far as it must be.

    As :meth:`Generator.measure` tells it; ``None`` if the generator has none.
    """
    if generator.overview_pixels == 0:
        return None
    most = min(generator.overview_pixels, memory.for_runs // generator.bytes_per_pixel)
    scale = min(1.0, math.sqrt(most / (rgb.shape[0] * rgb.shape[1])))
    multiple = generator.cut.multiple
    height, width = (max(1, int(side * scale) // multiple) * multiple for side in rgb.shape[:2])
    # Where the short side became longer than it was to be, the long one becomes shorter.
    longest = max(multiple, most // min(height, width) // multiple * multiple)
    height, width = min(height, longest), min(width, longest)
    overview = Image.fromarray(rgb).resize((width, height), Image.Resampling.BOX)
    return generator.measure(np.asarray(overview))


def _too_large(height: int, width: int, generator: Generator, memory: Memory) -> PictureTooLarge:
    run = smallest_tile(height, width, generator.cut) * generator.bytes_per_pixel
    side = _largest_side(generator, memory)
    return PictureTooLarge(
        f"image: this style needs {run / 2**20:.0f} MiB at a time for {width} x {height} pixels, "
        f"the memory budget of {memory.budget / 2**20:.0f} MiB leaves "
        f"{max(0, memory.for_runs) / 2**20:.0f}; "
        f"max_side={side} shrinks any photo enough",
        field="image",
        limit=side * side,
    )


def _largest_side(generator: Generator, memory: Memory) -> int:
    """Of a square that can be painted, whole or in tiles; the first multiple, if none can."""
    cut = generator.cut
    side = math.isqrt(memory.budget // memory.bytes_per_pixel) // cut.multiple * cut.multiple
    while side > cut.multiple:
        run = smallest_tile(side, side, cut) * generator.bytes_per_pixel
        if run <= replace(memory, pixels=side * side).for_runs:
            break
        side -= cut.multiple
    return max(side, cut.multiple)
