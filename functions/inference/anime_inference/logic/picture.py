"""The picture as it travels between the stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Tensor: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An upright picture in sRGB.

    Attributes:
        rgb: ``uint8[height, width, 3]``, red first.
        alpha: ``uint8[height, width]``, 255 is opaque; ``None`` if all of it is.
    """

    rgb: Pixels
    alpha: Pixels | None = None

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.rgb.shape[0])
