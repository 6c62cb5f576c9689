"""Putting a painted face back so that nobody sees the edge."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anime_inference.logic.bands import bands
from anime_inference.logic.faces.align import Transform, crop_face, uncrop
from anime_inference.logic.picture import Pixels, Tensor

# The face's outline in the aligned crop, as fractions of its side: an ellipse around forehead,
# ears and chin, and the width over which it fades.
_CENTRE = (0.5, 0.56)
_RADII = (0.335, 0.40)
_FEATHER = 0.13
# Forehead and cheeks in the aligned crop, x and y, and how far around them skin is judged.
_SKIN_PLACES = ((0.5, 0.36), (0.36, 0.61), (0.64, 0.61))
_SKIN_RADIUS = 0.05
# Colours are matched on a coarse grid: light and tint are, lines are not.
_GRID = 32
_REACH = 0.08
# How soon the correction along the outline fades towards the middle.
_HOLD = 0.4


def paste_face(picture: Pixels, painted: Pixels, transform: Transform, skin: Pixels) -> None:
    """Blend a painted crop into the picture, in place.

    The crop's colours are first matched to the picture's by :func:`match_colors`, in the spirit of
    membrane interpolation (Farbman et al., "Coordinates for instant image cloning", 2009).

    Args:
        picture: RGB ``uint8[H, W, 3]``, written to.
        painted: RGB ``uint8[side, side, 3]``, the face as the face style painted it.
        transform: that the crop was cut by.
        skin: RGB ``uint8[H, W, 3]``, whose tone the face's skin shall have; the picture itself, or
            the photo.
    """
    blend_face(picture, match_face(picture, painted, transform, skin), transform)


def match_face(picture: Pixels, painted: Pixels, transform: Transform, skin: Pixels) -> Pixels:
    """A painted crop in the colours of the picture, ``uint8[side, side, 3]``; see `paste_face`."""
    side = painted.shape[0]
    return match_colors(
        painted, crop_face(picture, transform, side), crop_face(skin, transform, side)
    )


def blend_face(picture: Pixels, matched: Pixels, transform: Transform) -> None:
    """Blend a crop from :func:`match_face` into the picture, in place."""
    height, width = picture.shape[:2]
    face, (left, top, right, bottom) = uncrop(matched, transform, height, width)
    mask, _ = uncrop(face_mask(matched.shape[0]), transform, height, width)
    window = picture[top:bottom, left:right]
    for rows in bands(bottom - top, right - left):
        share = mask[rows, :, None].astype(np.float32) / 255
        below = window[rows]
        below[:] = np.rint(below + (face[rows].astype(np.float32) - below) * share)


@cache
def face_mask(side: int) -> Pixels:
    """``uint8[side, side]``, 255 inside of the face's outline, fading to 0."""
    places = (np.arange(side, dtype=np.float32) + 0.5) / side
    across = (places[None, :] - _CENTRE[0]) / _RADII[0]
    down = (places[:, None] - _CENTRE[1]) / _RADII[1]
    inwards = (1 - np.hypot(across, down)) * min(_RADII)
    share = np.clip(inwards / _FEATHER, 0, 1)
    smooth = share * share * (3 - 2 * share)
    mask: Pixels = np.rint(smooth * 255).astype(np.uint8)
    mask.setflags(write=False)
    return mask


def match_colors(painted: Pixels, around: Pixels, skin: Pixels) -> Pixels:
    """``painted`` with the light and tint of ``skin``, and along its outline of ``around``.

    The face as a whole gets the colour of the same face in ``skin``: next to its own neck, a face
    must be neither lit up nor pale. Forehead and cheeks decide, so that skin keeps its tone,
    whatever became of the eyes. What then differs along the outline is taken away there, and less
    and less towards the middle.

    All RGB ``uint8[side, side, 3]``; so is the result.
    """
    side = painted.shape[0]
    cells, ring, spread = _skin(), _ring(), _spread()
    weight = spread @ ring @ spread.T
    shifted = painted.astype(np.float32)
    for channel in range(3):
        own = _coarse(painted[..., channel])
        difference = _coarse(around[..., channel]) - own
        common = (_coarse(skin[..., channel]) - own)[cells].mean()
        along = spread @ ((difference - common) * ring) @ spread.T
        rest = along / (weight + _HOLD * weight.max())
        smooth: Tensor = (common + rest).astype(np.float32)
        shifted[..., channel] += np.asarray(
            Image.fromarray(smooth).resize((side, side), Image.Resampling.BICUBIC)
        )
    matched: Pixels = np.clip(np.rint(shifted), 0, 255).astype(np.uint8)
    return matched


def _coarse(plane: Pixels) -> Tensor:
    image = Image.fromarray(plane).resize((_GRID, _GRID), Image.Resampling.BOX)
    return np.asarray(image, np.float32)


@cache
def _skin() -> NDArray[np.bool_]:
    """The cells of the grid that are forehead or cheek."""
    places = (np.arange(_GRID) + 0.5) / _GRID
    skin = np.zeros((_GRID, _GRID), bool)
    for x, y in _SKIN_PLACES:
        skin |= np.hypot(places[None, :] - x, places[:, None] - y) < _SKIN_RADIUS
    return skin


@cache
def _ring() -> Tensor:
    """Weights on the grid: where the mask fades."""
    share = _coarse(face_mask(256)) / 255
    ring: Tensor = (4 * share * (1 - share)).astype(np.float32)
    return ring


@cache
def _spread() -> Tensor:
    """The Gaussian blur along one axis of the grid, as a matrix."""
    places = (np.arange(_GRID, dtype=np.float32) + 0.5) / _GRID
    distance = places[:, None] - places[None, :]
    kernel: Tensor = np.exp(-0.5 * np.square(distance / _REACH)).astype(np.float32)
    return kernel
