"""What an engine gives once it is loaded, and the conversions that all foreign ones share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from anime_inference.logic.picture import Pixels, Tensor


@dataclass(frozen=True, slots=True)
class Loaded:
    """An engine that is ready.

    Attributes:
        paint: RGB ``uint8[H, W, 3]`` to the same shape; H and W are multiples of 8.
        version: its name and version, and what it chose by itself.
    """

    paint: Callable[[Pixels], Pixels]
    version: str


def to_tensor(rgb: Pixels) -> Tensor:
    """RGB ``uint8[H, W, 3]`` to ``float32[1, 3, H, W]`` in [-1, 1]."""
    planes = np.ascontiguousarray(rgb.transpose(2, 0, 1))[None]
    tensor: Tensor = planes.astype(np.float32)
    tensor *= np.float32(1 / 127.5)
    tensor -= np.float32(1)
    return tensor


def to_pixels(planes: Tensor) -> Pixels:
    """``float32[3, H, W]`` in [-1, 1] to RGB ``uint8[H, W, 3]``, rounded and clipped."""
    scaled = (planes + np.float32(1)) * np.float32(127.5)
    levels = np.clip(np.rint(scaled, out=scaled), 0, 255, out=scaled).astype(np.uint8)
    return np.ascontiguousarray(levels.transpose(1, 2, 0))
