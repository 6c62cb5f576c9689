"""Sizes: shrink before the network, pad to what it needs, crop back."""

from __future__ import annotations

import numpy as np
from PIL import Image

from anime_inference.logic.picture import Picture, Pixels


def shrink(picture: Picture, max_side: int | None) -> Picture:
    """The picture with no side over ``max_side`` pixels, aspect kept; never enlarged."""
    longest = max(picture.width, picture.height)
    if max_side is None or longest <= max_side:
        return picture
    scale = max_side / longest
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))

    def resize(plane: Pixels) -> Pixels:
        return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.LANCZOS))

    return Picture(resize(picture.rgb), None if picture.alpha is None else resize(picture.alpha))


def pad(rgb: Pixels, multiple: int, margin: int) -> Pixels:
    """Reflect the border outwards: ``margin`` on each side, then right and below to ``multiple``.

    Returns ``uint8[H, W, 3]`` with both sides a multiple. A picture smaller than the padding is
    reflected as often as needed; one pixel is repeated.
    """
    height, width = rgb.shape[:2]
    spans = []
    for side in (height, width):
        padded = -(-(side + 2 * margin) // multiple) * multiple
        spans.append((margin, padded - side - margin))
    return np.pad(rgb, (*spans, (0, 0)), mode="reflect")


def crop(rgb: Pixels, height: int, width: int, margin: int) -> Pixels:
    """Undo :func:`pad`: the ``height`` x ``width`` pixels that lie ``margin`` from the corner."""
    return rgb[margin : margin + height, margin : margin + width]


def beside(left: Picture, right: Picture) -> Picture:
    """Two pictures of equal height as one, ``left`` on the left."""
    rgb = np.concatenate((left.rgb, right.rgb), axis=1)
    if left.alpha is None or right.alpha is None:
        return Picture(rgb)
    return Picture(rgb, np.concatenate((left.alpha, right.alpha), axis=1))
