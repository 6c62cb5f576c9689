"""Photos of which no two are the same, so that no cache can answer."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

_SOURCE = Path("docs/pictures/photo.jpg")
_NOISE = 2


class Photos:
    """JPEG files of ``side`` x ``side`` pixels, each with noise of its own."""

    def __init__(self, side: int) -> None:
        photo = Image.open(_SOURCE).convert("RGB")
        self._pixels = np.asarray(photo.resize((side, side), Image.Resampling.LANCZOS), np.int16)

    def make(self, number: int) -> bytes:
        """The photo with this number."""
        random = np.random.default_rng(number)
        noise = random.integers(-_NOISE, _NOISE, self._pixels.shape, np.int16, endpoint=True)
        pixels = (self._pixels + noise).clip(0, 255).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=90)
        return file.getvalue()
