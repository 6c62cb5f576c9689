"""Other light and other cameras: a photo's colours changed before the teacher paints it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


def recolour(values: Values, random: np.random.Generator) -> Values:
    """Exposure, contrast, temperature, saturation, now and then grey.

    RGB ``float32[H, W, 3]`` in 0 to 255, to the same shape; the result isn't clipped.
    """
    level = np.clip(values / 255, 0, 1) ** np.float32(np.exp(random.uniform(-0.5, 0.6)))
    level = 0.5 + (level - 0.5) * np.float32(random.uniform(0.75, 1.25))
    level = level * np.exp(random.uniform(-0.12, 0.12, 3)).astype(np.float32)
    grey = level.mean(axis=2, keepdims=True)
    saturation = 0 if random.random() < 0.04 else random.uniform(0.5, 1.35)
    recoloured: Values = (grey + (level - grey) * np.float32(saturation)) * 255
    return recoloured
