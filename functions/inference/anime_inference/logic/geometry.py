"""Sizes: shrink before the network, cut out what it sees, put two pictures side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anime_inference.logic.bands import bands
from anime_inference.logic.picture import Picture, Pixels


def shrink(picture: Picture, max_side: int | None) -> Picture:
    """The picture with no side over ``max_side`` pixels, aspect kept; never enlarged."""
    size = shrunk(picture.width, picture.height, max_side)
    if size == (picture.width, picture.height):
        return picture

    def resize(pixels: Pixels) -> Pixels:
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))

    rgb = resize(picture.rgb)
    if picture.alpha is None:
        return Picture(rgb)
    # Each pixel weighs by its alpha, or what is hidden would show at the edges.
    weighed = resize(np.dstack((picture.rgb, picture.alpha)))
    alpha = weighed[..., 3]
    return Picture(np.where(alpha[..., None] > 0, weighed[..., :3], rgb), alpha)


def shrunk(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """Width and height that :func:`shrink` gives a picture of this size."""
    longest = max(width, height)
    if max_side is None or longest <= max_side:
        return width, height
    scale = max_side / longest
    return max(1, round(width * scale)), max(1, round(height * scale))


def miniature(rgb: Pixels, width: int, height: int) -> Pixels:
    """A much smaller ``uint8[height, width, 3]``, for networks that look for faces.

    What Pillow's bilinear filter does with a ``reducing_gap`` of 2, band by band: it averages
    whole pixels down to at least twice the size that is wanted, and filters the rest.
    """
    across, down = rgb.shape[1] / width, rgb.shape[0] / height
    factors = (max(1, int(across / 2)), max(1, int(down / 2)))
    reduced = np.concatenate(
        [
            np.asarray(Image.fromarray(rgb[rows]).reduce(factors))
            for rows in bands(rgb.shape[0], rgb.shape[1], multiple=factors[1])
        ]
    )
    box = (0, 0, rgb.shape[1] / factors[0], rgb.shape[0] / factors[1])
    small = Image.fromarray(reduced).resize((width, height), Image.Resampling.BILINEAR, box)
    return np.asarray(small)


def window(rgb: Pixels, top: int, bottom: int, left: int, right: int) -> Pixels:
    """The rows ``top`` to ``bottom`` and columns ``left`` to ``right``, as a copy.

    Beyond its border the picture goes on by reflection, as often as needed; its edge isn't
    repeated, unless it is a single pixel wide.
    """
    height, width = rgb.shape[:2]
    inside = rgb[max(0, top) : bottom, max(0, left) : right]
    spans = ((max(0, -top), max(0, bottom - height)), (max(0, -left), max(0, right - width)))
    if all(max(span) < length for span, length in zip(spans, inside.shape, strict=False)):
        return np.pad(inside, (*spans, (0, 0)), mode="reflect")
    # What lies beyond comes from outside of the window, or is reflected more than once.
    rows, columns = _reflected(top, bottom, height), _reflected(left, right, width)
    return rgb[rows[:, None], columns]


def _reflected(start: int, stop: int, length: int) -> NDArray[np.intp]:
    period = max(1, 2 * (length - 1))
    turned = np.arange(start, stop) % period
    indices: NDArray[np.intp] = np.minimum(turned, period - turned)
    return indices


def beside(left: Picture, right: Picture) -> Picture:
    """Two pictures of equal height as one, ``left`` on the left."""
    rgb = np.concatenate((left.rgb, right.rgb), axis=1)
    if left.alpha is None or right.alpha is None:
        return Picture(rgb)
    return Picture(rgb, np.concatenate((left.alpha, right.alpha), axis=1))
