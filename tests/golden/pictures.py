"""The golden pictures: what each bundled style makes of small photos."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from anime_inference.logic.generator import Models
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.picture import Pixels
from anime_inference.logic.pipeline import transform
from anime_shared.options import FacesMode, OutputFormat, TransformOptions
from anime_shared.style import Style
from anime_shared.styles import STYLES

FOLDER: Final = Path(__file__).parent / "pictures"
_PHOTOS: Final = Path(__file__).parents[2] / "docs/pictures"
_SIDE: Final = 192
# Grey levels. Processors round differently, and a pasted face moves with its landmarks.
MEAN_TOLERANCE: Final = 0.5
P99_TOLERANCE: Final = 4.0


@dataclass(frozen=True, slots=True)
class Golden:
    """One golden picture: ``style`` on ``photo``, in ``file``."""

    style: Style
    photo: Path

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.style.id}-{self.photo.stem}.png"

    def paint(self, models: Models, limits: PipelineLimits) -> Pixels:
        """What the style makes of it today, RGB ``uint8[H, W, 3]``."""
        faces = FacesMode.OFF if self.style.background_style is None else FacesMode.ONLY
        options = TransformOptions(
            style=self.style.id, max_side=_SIDE, format=OutputFormat.PNG, faces=faces
        )
        painted = transform(self.photo.read_bytes(), options, limits, models)
        return np.asarray(Image.open(BytesIO(painted.data)).convert("RGB"))

    def read(self) -> Pixels:
        """What it made of it when somebody last looked, RGB ``uint8[H, W, 3]``."""
        with Image.open(self.file) as opened:
            return np.asarray(opened.convert("RGB"))


def goldens() -> list[Golden]:
    """Each bundled style, on a person; those that paint more than faces on a thing, too."""
    bundled = [style for style in STYLES if style.bundled is not None]
    pictures = [style for style in bundled if style.background_style is None]
    return [
        *(Golden(style, _PHOTOS / "photo.jpg") for style in bundled),
        *(Golden(style, _PHOTOS / "coffee.jpg") for style in pictures),
    ]


def distance(picture: Pixels, golden: Pixels) -> tuple[float, float]:
    """Mean and 99th percentile of the difference in grey levels (0 to 255)."""
    difference = np.abs(picture.astype(np.float32) - golden.astype(np.float32))
    return float(difference.mean()), float(np.percentile(difference, 99))
