"""Photos of faces that packages bring along, and pictures made of them."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import skimage.data
from PIL import Image

from anime_inference.logic.faces.face import Box
from anime_inference.logic.picture import Pixels

# The six faces of `six_faces()`, checked by eye, in no order: left, top, right, bottom.
SIX_BOXES: tuple[Box, ...] = (
    (55, 262, 168, 394),
    (272, 152, 371, 270),
    (463, 266, 573, 413),
    (748, 346, 846, 476),
    (900, 62, 1008, 200),
    (1133, 272, 1226, 396),
)


def six_faces() -> Pixels:
    """The group photo inside of insightface: ``uint8[886, 1280, 3]`` with six faces."""
    with (files("insightface") / "data/images/t1.jpg").open("rb") as file:
        return np.asarray(Image.open(file).convert("RGB"))


def astronaut() -> Pixels:
    """Eileen Collins, by NASA: ``uint8[512, 512, 3]``; her face is at (180, 60, 270, 178)."""
    pixels: Pixels = skimage.data.astronaut()
    return pixels


def resized(rgb: Pixels, scale: float) -> Pixels:
    """The picture, larger or smaller."""
    height, width = rgb.shape[:2]
    size = (round(width * scale), round(height * scale))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return across * down / (sum(areas) - across * down)
