"""Files that a person may choose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from anime_shared.settings import MEBIBYTE, PlatformSettings
from tests.clips import clip_of
from tests.pictures import png_bomb

_PICTURES: Final = Path(__file__).parents[2] / "docs/pictures"


@dataclass(frozen=True, slots=True)
class Photos:
    """Paths of files.

    Attributes:
        photo: a face, 512 x 512.
        coffee: no face, 600 x 400.
        megapixel: a photo of a million pixels.
        large: a photo that is too large for one call.
        huge: a photo that is larger than a screen shows.
        animation: three frames, of a thing that moves over the coffee.
        text: not a picture, whatever its name says.
        notes: not a picture, as its name says.
        misnamed: a large WebP whose name says JPEG.
        heavy: a picture of more bytes than may be uploaded.
        vast: a picture of few bytes, but more pixels than are decoded.
    """

    photo: Path
    coffee: Path
    megapixel: Path
    large: Path
    huge: Path
    animation: Path
    text: Path
    notes: Path
    misnamed: Path
    heavy: Path
    vast: Path


def make_photos(folder: Path) -> Photos:
    """The photos of the documents, and what is made of them in ``folder``."""
    photos = Photos(
        photo=_PICTURES / "photo.jpg",
        coffee=_PICTURES / "coffee.jpg",
        megapixel=folder / "megapixel.jpg",
        large=folder / "large.jpg",
        huge=folder / "huge.jpg",
        animation=folder / "animation.gif",
        text=folder / "text.jpg",
        notes=folder / "notes.pdf",
        misnamed=folder / "misnamed.jpg",
        heavy=folder / "heavy.jpg",
        vast=folder / "vast.png",
    )
    for file, pixels in ((photos.megapixel, 1e6), (photos.large, 2e6), (photos.huge, 12.5e6)):
        with Image.open(photos.coffee) as coffee:
            scale = math.sqrt(pixels / (coffee.width * coffee.height))
            size = (math.ceil(coffee.width * scale), math.ceil(coffee.height * scale))
            coffee.resize(size, Image.Resampling.LANCZOS).save(file, quality=90)
    with Image.open(photos.large) as large:
        large.save(photos.misnamed, "WEBP", quality=95)
    with Image.open(photos.coffee) as coffee:
        frames = [coffee.resize((300, 200)) for _ in range(3)]
    for index, frame in enumerate(frames):
        frame.paste("red", (20 * index, 20, 20 * index + 30, 50))
    photos.animation.write_bytes(clip_of(frames, "GIF", loop=0))
    photos.text.write_text("This is no photo.\n")
    photos.notes.write_text("Neither is this.\n")
    limit = int(PlatformSettings.model_fields["max_upload_bytes"].default)
    # Readers stop at the end of the picture.
    photos.heavy.write_bytes(photos.photo.read_bytes().ljust(limit + MEBIBYTE, b"\0"))
    photos.vast.write_bytes(png_bomb(10_000, 10_000))
    return photos
