"""Which sizes are measured, how often, and the photos of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps

from anime_inference.logic.picture import Pixels

PHOTO: Final = Path("docs/pictures/coffee.jpg")
THREADS: Final = 2
# Of a folder of scenes, and up to this many pixels: the slowest engine takes a minute for 4 MP.
MOST_SCENES: Final = 4
SCENE_PIXELS: Final = 512 * 512
_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@dataclass(frozen=True, slots=True)
class Size:
    """One size of picture.

    Attributes:
        name: as tables have it.
        width: pixels, a multiple of 8.
        height: likewise.
        rounds: processes of each engine, in turns with the others.
        threads: each of them is measured; the last is what the tables show.
        warms: whether it first paints at this size for a while; if not, only a small picture.
    """

    name: str
    width: int
    height: int
    rounds: int
    threads: tuple[int, ...] = (THREADS,)
    warms: bool = True

    @property
    def pixels(self) -> int:
        """Of the picture."""
        return self.width * self.height


SIZES: Final = (
    Size("256", 256, 256, rounds=3),
    Size("512", 512, 512, rounds=3, threads=(1, THREADS)),
    Size("1024", 1024, 1024, rounds=3),
    # What the first run at these sizes costs on top is little of a minute.
    Size("2048", 2048, 2048, rounds=2, warms=False),
    Size("12 MP", 4000, 3000, rounds=2, warms=False),
)
QUICK_SIZES: Final = (
    Size("64", 64, 64, rounds=1, threads=(1, THREADS), warms=False),
    Size("128", 128, 128, rounds=1, warms=False),
)


def scenes(folder: Path | None) -> list[Path]:
    """The photos to paint, the default one first."""
    if folder is None:
        return [PHOTO]
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES)
    step = max(1, len(found) // MOST_SCENES)
    return [PHOTO, *found[::step][:MOST_SCENES]]


def photos_of(size: Size, photos: list[Path]) -> list[Path]:
    """Those that are painted at this size."""
    return photos if size.pixels <= SCENE_PIXELS else photos[:1]


def fitted(photo: Path, size: Size) -> Pixels:
    """The middle of the photo, enlarged or shrunk: RGB ``uint8[height, width, 3]``."""
    with Image.open(photo) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    whole = ImageOps.fit(upright, (size.width, size.height), Image.Resampling.BICUBIC)
    return np.asarray(whole)
