"""How visible the edge of a pasted face is."""

from __future__ import annotations

import numpy as np

from anime_inference.logic.faces.align import Transform, uncrop
from anime_inference.logic.faces.paste import face_mask
from anime_inference.logic.picture import Pixels, Tensor

_MASK_SIDE = 256


def seam_ratio(result: Pixels, background: Pixels, transform: Transform) -> float:
    """Gradient across the outline of a pasted face, over that of the surroundings.

    Both are mean absolute differences along the mask's own gradient: the numerator of the result
    where the mask fades, the denominator of the background there and just outside. About 1 is no
    visible seam; a box shows as a ratio well above.

    Args:
        result: RGB ``uint8[H, W, 3]`` with the face.
        background: the same without it.
        transform: from photo to a crop of 256 pixels a side.
    """
    height, width = result.shape[:2]
    mask, (left, top, right, bottom) = uncrop(face_mask(_MASK_SIDE), transform, height, width)
    share = mask.astype(np.float32) / 255
    down, across = np.gradient(share)
    steepness = np.hypot(down, across)
    seam = steepness > 0.3 * steepness.max()
    window = np.s_[top:bottom, left:right]
    normal = (across / np.maximum(steepness, 1e-6), down / np.maximum(steepness, 1e-6))

    def mean_step(picture: Pixels) -> float:
        light: Tensor = picture[window].astype(np.float32).mean(axis=2)
        rows, columns = np.gradient(light)
        return float(np.abs(columns * normal[0] + rows * normal[1])[seam].mean())

    return mean_step(result) / max(mean_step(background), 1.0)
