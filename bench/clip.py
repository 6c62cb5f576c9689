"""``make bench-clip``: what painting only the changes saves, and what one global code for all does.

A clip of 24 frames: a disc moves over a photo, and is as bright as the frame is late. Flicker is
the mean difference, in grey levels of 255, between a frame and the next where neither can have
changed: further from the disc than the network sees.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

from anime_inference.composition import load_models
from anime_inference.logic.clip.canvas import Background
from anime_inference.logic.clip.changes import Mask, changes_between
from anime_inference.logic.generator import Generator
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels
from anime_inference.logic.thumbnail import thumbnail_of
from anime_inference.settings import Settings
from anime_shared.styles import DEFAULT_STYLE

PHOTO: Final = Path("docs/pictures/coffee.jpg")
SIZES: Final = ((480, 320), (960, 640))
FRAMES: Final = 24


def frames_of(width: int, height: int) -> list[Pixels]:
    """The clip, RGB ``uint8[height, width, 3]`` each."""
    with Image.open(PHOTO) as photo:
        still = photo.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    frames = []
    for index in range(FRAMES):
        frame = still.copy()
        left, top, side = 10 + index * width // (3 * FRAMES), height // 2, height // 8
        shade = 255 * index // (FRAMES - 1)
        ImageDraw.Draw(frame).ellipse((left, top, left + side, top + side), (shade, shade, 40))
        frames.append(np.asarray(frame))
    return frames


def painted(
    frames: Sequence[Pixels], generator: Generator, thumbnail: Pixels, *, reuse: bool
) -> tuple[list[Pixels], float, float]:
    """The frames as they are painted, the seconds of each, and the share of pixels painted."""
    height, width = frames[0].shape[:2]
    background = Background(generator, Memory(1 << 40), height, width, thumbnail, None)
    results = []
    start = time.perf_counter()
    for index, frame in enumerate(frames):
        changed = changes_between(frames[index - 1], frame) if reuse and index else None
        results.append(background.paint(frame, changed))
    seconds = (time.perf_counter() - start) / len(frames)
    return results, seconds, background.painted_pixels / (len(frames) * height * width)


def flicker(results: Sequence[Pixels], still: Mask) -> float:
    """The mean difference between each frame and the next where ``still`` is."""
    pairs = pairwise(results)
    return float(np.mean([np.abs(one.astype(int) - other)[still].mean() for one, other in pairs]))


def still_of(frames: Sequence[Pixels], reach: int) -> Mask:
    """Where no frame differs from the first, nor anything that the network sees from there."""
    moving = np.zeros(frames[0].shape[:2], bool)
    for frame in frames[1:]:
        moving |= changes_between(frames[0], frame)
    still: Mask = np.ones_like(moving)
    for row, column in np.argwhere(moving):
        still[
            max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1
        ] = False
    return still


def main() -> None:
    """Print one row a size."""
    generator = load_models(Settings()).generators.get(DEFAULT_STYLE)
    table = Table(title=f"{FRAMES} frames in `{DEFAULT_STYLE.id}`", box=None)
    for heading in (
        "frame",
        "s a frame, whole",
        "s a frame, changes",
        "painted",
        "equal",
        "flicker, one code",
        "flicker, own codes",
    ):
        table.add_column(heading, justify="right")
    for width, height in SIZES:
        frames = frames_of(width, height)
        mean = np.mean([thumbnail_of(frame) for frame in frames], axis=0)
        thumbnail = np.rint(mean).astype(np.uint8)
        whole, whole_seconds, _ = painted(frames, generator, thumbnail, reuse=False)
        changes, seconds, share = painted(frames, generator, thumbnail, reuse=True)
        own = [
            painted([frame], generator, thumbnail_of(frame), reuse=False)[0][0] for frame in frames
        ]
        still = still_of(frames, generator.cut.reach)
        equal = all(np.array_equal(one, other) for one, other in zip(whole, changes, strict=True))
        table.add_row(
            f"{width} x {height}",
            f"{whole_seconds:.3f}",
            f"{seconds:.3f}",
            f"{share:.0%}",
            "yes" if equal else "no",
            f"{flicker(changes, still):.2f}",
            f"{flicker(own, still):.2f}",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
