"""Animated pictures that tests are fed with, and what is seen of written ones."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from anime_inference.logic.picture import Pixels
from tests.pictures import file_of

KINDS = ("GIF", "PNG", "WEBP")


def scene(height: int = 96, width: int = 128) -> Pixels:
    """Soft shapes, different everywhere; RGB ``uint8[height, width, 3]``."""
    blocks = np.random.default_rng(0).integers(0, 255, (6, 8, 3), np.uint8)
    image = Image.fromarray(blocks).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image)


def moving(count: int = 4, height: int = 96, width: int = 128, step: int = 8) -> list[Pixels]:
    """A square of 12 pixels that moves to the right over a scene, from its upper left."""
    frames = []
    for index in range(count):
        frame = scene(height, width).copy()
        frame[10:22, 10 + step * index : 22 + step * index] = (250, 30, 40)
        frames.append(frame)
    return frames


def clip_of(
    frames: Sequence[Pixels | Image.Image],
    kind: str = "PNG",
    duration: int | Sequence[int] = 100,
    **options: Any,
) -> bytes:
    """An animated file; PNG is APNG, and WebP lossless."""
    first, *others = (
        frame if isinstance(frame, Image.Image) else Image.fromarray(frame) for frame in frames
    )
    if kind == "WEBP":
        # What is written of transparent pixels must be what was there.
        options = {"lossless": True, "exact": True, **options}
    shown = list(duration) if isinstance(duration, Sequence) else duration
    return file_of(first, kind, save_all=True, append_images=others, duration=shown, **options)


@dataclass(frozen=True, slots=True)
class Seen:
    """A written file: its frames as RGBA ``uint8[H, W, 4]``, and their milliseconds."""

    kind: str | None
    frames: list[Pixels]
    milliseconds: list[float]
    loop: int | None


def seen(data: bytes) -> Seen:
    """What a viewer sees of an animated file."""
    frames, milliseconds = [], []
    with Image.open(io.BytesIO(data)) as image:
        kind = image.format
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            image.load()
            frames.append(np.asarray(image.convert("RGBA")))
            milliseconds.append(image.info.get("duration", 0))
        return Seen(kind, frames, milliseconds, image.info.get("loop"))
