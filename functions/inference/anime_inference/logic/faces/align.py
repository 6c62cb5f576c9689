"""Cutting a face out of a photo as portrait models were trained to see it, and putting it back.

A transform is ``float64[2, 3]`` and maps photo to crop: ``crop = A[:, :2] @ photo + A[:, 2]``.
Coordinates are continuous, x before y: the pixel in column i covers i to i + 1.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anime_inference.logic.bands import bands
from anime_inference.logic.faces.face import Landmarks
from anime_inference.logic.picture import Pixels

Transform: TypeAlias = NDArray[np.float64]
PixelBox: TypeAlias = tuple[int, int, int, int]

# Where the landmarks come to lie, as fractions of the crop's side; order as in `Face`. They are
# those of FFHQ (Karras et al. 2019), averaged, made symmetric, and rounded: hair and chin fit in.
TEMPLATE: NDArray[np.float64] = np.array(
    [[0.378, 0.469], [0.622, 0.469], [0.5, 0.612], [0.392, 0.725], [0.608, 0.725]]
)
TEMPLATE.setflags(write=False)

# Neighbours that a bicubic filter reads around a point, and one for rounding.
_RIM = 3
# Above twice the size that is wanted, whole pixels are averaged first.
_REDUCING_GAP = 2


def portrait_transform(landmarks: Landmarks, side: int) -> Transform:
    """The similarity from photo to a crop of ``side`` x ``side`` pixels around a face.

    The rotation, uniform scale and shift that bring the landmarks closest to ``TEMPLATE`` in the
    least squares (S. Umeyama, "Least-squares estimation of transformation parameters between two
    point patterns", IEEE TPAMI 13(4), 1991). It never mirrors.

    Args:
        landmarks: ``float32[5, 2]``, as in ``Face``.
        side: of the crop, in pixels.

    Raises:
        ValueError: the landmarks lie in one point, or are no numbers.
    """
    found = landmarks.astype(np.float64)
    if not np.isfinite(found).all():
        raise ValueError("landmarks must be finite")
    wanted = TEMPLATE * side
    found_centre, wanted_centre = found.mean(axis=0), wanted.mean(axis=0)
    found, wanted = found - found_centre, wanted - wanted_centre
    variance = float(np.square(found).sum())
    if variance < 1e-6:
        raise ValueError("landmarks must not lie in one point")
    left, singular, right = np.linalg.svd(wanted.T @ found)
    signs = np.array([1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    linear = (singular @ signs) / variance * (left * signs) @ right
    return np.column_stack((linear, wanted_centre - linear @ found_centre))


def scale_of(transform: Transform) -> float:
    """How many crop pixels a photo pixel becomes: above 1 where a small face is enlarged."""
    return math.sqrt(abs(float(np.linalg.det(transform[:, :2]))))


def crop_face(rgb: Pixels, transform: Transform, side: int) -> Pixels:
    """The crop, ``uint8[side, side, 3]`` RGB; over its border, the photo goes on mirrored.

    Args:
        rgb: the photo, ``uint8[H, W, 3]``.
        transform: from ``portrait_transform`` for the same ``side``.
        side: of the crop, in pixels.
    """
    left, top, right, bottom = seen_box(transform, side)
    rows = _mirrored(top, bottom, rgb.shape[0])
    columns = _mirrored(left, right, rgb.shape[1])
    factor = max(1, int(1 / (_REDUCING_GAP * scale_of(transform))))
    window = _reduced(rgb, rows, columns, factor)
    moved = np.column_stack((transform[:, :2] * factor, transform[:, 2]))
    moved[:, 2] += transform[:, :2] @ (left, top)
    return _warp(Image.fromarray(window), moved, (side, side))


def seen_box(transform: Transform, side: int) -> PixelBox:
    """The upright box that :func:`crop_face` reads: left, top, right, bottom.

    It may reach over the photo's border.
    """
    corners = apply_transform(invert(transform), _corners(side))
    left, top = (math.floor(v) - _RIM for v in corners.min(axis=0))
    right, bottom = (math.ceil(v) + _RIM for v in corners.max(axis=0))
    return left, top, right, bottom


def uncrop(crop: Pixels, transform: Transform, height: int, width: int) -> tuple[Pixels, PixelBox]:
    """Warp a crop back to where it was cut from, and nothing but there.

    Args:
        crop: ``uint8[side, side, 3]``, or a mask ``uint8[side, side]``.
        transform: that the crop was cut by.
        height: of the photo.
        width: of the photo.

    Returns:
        The pixels of the smallest upright box of the photo that holds the crop, 0 where the crop
        doesn't reach, and that box: left, top, right, bottom. The box may be empty.
    """
    side = crop.shape[0]
    inverse = invert(transform)
    corners = apply_transform(inverse, _corners(side))
    limits = (width, height)
    left, top = (
        min(max(math.floor(v), 0), end) for v, end in zip(corners.min(0), limits, strict=True)
    )
    right, bottom = (
        min(max(math.ceil(v), start), end)
        for v, start, end in zip(corners.max(0), (left, top), limits, strict=True)
    )
    box = (left, top, right, bottom)
    if left == right or top == bottom:
        return np.zeros((bottom - top, right - left, *crop.shape[2:]), np.uint8), box
    moved = inverse.copy()
    moved[:, 2] -= (left, top)
    return _warp(Image.fromarray(crop), moved, (right - left, bottom - top)), box


def invert(transform: Transform) -> Transform:
    """From crop to photo, if ``transform`` is from photo to crop."""
    linear = np.linalg.inv(transform[:, :2])
    return np.column_stack((linear, -linear @ transform[:, 2]))


def apply_transform(transform: Transform, points: NDArray[np.floating]) -> NDArray[np.float64]:
    """The places that ``[N, 2]`` points are mapped to, x before y."""
    moved: NDArray[np.float64] = points.astype(np.float64) @ transform[:, :2].T + transform[:, 2]
    return moved


def _corners(side: int) -> NDArray[np.float64]:
    return np.array([[0, 0], [side, 0], [0, side], [side, side]], np.float64)


def _mirrored(start: int, stop: int, length: int) -> NDArray[np.intp]:
    """Indices into an axis that is mirrored at both ends, edge repeated, as often as needed."""
    turned = np.arange(start, stop) % (2 * length)
    indices: NDArray[np.intp] = np.minimum(turned, 2 * length - 1 - turned)
    return indices


def _reduced(rgb: Pixels, rows: NDArray[np.intp], columns: NDArray[np.intp], factor: int) -> Pixels:
    """These pixels, averaged in squares of ``factor``; a large face is never held at full size."""
    return np.concatenate(
        [
            np.asarray(Image.fromarray(rgb[rows[some][:, None], columns]).reduce(factor))
            for some in bands(len(rows), len(columns), multiple=factor)
        ]
    )


def _warp(image: Image.Image, forward: Transform, size: tuple[int, int]) -> Pixels:
    """Bicubic; what shrinks is first averaged down to the scale that is wanted."""
    scale = scale_of(forward)
    if scale < 1:
        small = (
            max(1, round(image.width * scale)),
            max(1, round(image.height * scale)),
        )
        ratio = np.array([image.width / small[0], image.height / small[1]])
        image = image.resize(small, Image.Resampling.BICUBIC)
        forward = np.column_stack((forward[:, :2] * ratio, forward[:, 2]))
    inverse = invert(forward)
    return np.asarray(
        image.transform(
            size,
            Image.Transform.AFFINE,
            tuple(float(v) for v in inverse.ravel()),
            Image.Resampling.BICUBIC,
        )
    )
