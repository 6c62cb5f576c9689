"""Where a tile lies in a picture whose corners the upsampling aligns."""

from __future__ import annotations

from typing import Final

import numpy as np

from anime_inference.logic.generator import Part
from anime_inference.logic.picture import Tensor

# Where the last pixel lies, as a share of all: a hair less than 1, since beyond it, even by
# float32's rounding alone, ONNX Runtime fills with zeros.
WHOLE_END: Final = 1 - 1e-6


def upsampling_places(part: Part, height: int, width: int) -> Tensor:
    """``place`` of ``build_animegan2`` for a tile of ``height`` x ``width`` pixels.

    With aligned corners, pixel i of 2n comes from i (n - 1) / (2n - 1) of the n before: of the
    whole picture, not of the tile. Both upsamplings, from a quarter and from a half, as
    ``float32[2, 4]``: where the tile's first row and column and its last lie in its input, as
    shares of it.
    """
    axes = ((part.top, height, part.height), (part.left, width, part.width))
    places = np.empty((2, 4), np.float32)
    for row, shrunk in enumerate((4, 2)):
        for axis, (start, length, whole) in enumerate(axes):
            before, own = start // shrunk, length // shrunk
            step = (whole // shrunk - 1) / (2 * whole // shrunk - 1)
            first = 2 * before * step - before
            last = first + (2 * own - 1) * step
            places[row, axis] = first / (own - 1)
            places[row, axis + 2] = last / (own - 1) * WHOLE_END
    return places
