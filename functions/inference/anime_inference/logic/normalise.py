"""Whatever a decoder gives, as an upright sRGB picture."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Final

import numpy as np
from PIL import ExifTags, Image, ImageCms

from anime_inference.logic.bands import bands
from anime_inference.logic.picture import Picture, Pixels

_SRGB: Final = ImageCms.createProfile("sRGB")
# Modes that littlecms takes as they are; others become RGB first.
_ICC_MODES: Final = ("RGB", "CMYK", "L")
_ALPHA_MODES: Final = ("RGBA", "RGBa", "LA", "La", "PA")
_GREY_MODES: Final = ("1", "L", "LA", "La")
# By EXIF's tag 0x0112 (EXIF 2.32, table 6): what brings the picture upright.
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_log = logging.getLogger(__name__)


def normalise(image: Image.Image) -> Picture:
    """A loaded image as it travels between the stages; the image may be closed."""
    turn = turn_of(image)
    if turn is None:
        return in_srgb(image)
    upright = image.transpose(turn)
    # So that one of them is held at a time.
    image.close()
    return in_srgb(upright)


def turned(picture: Picture, turn: Image.Transpose | None) -> Picture:
    """The picture upright, by what :func:`turn_of` tells."""
    if turn is None:
        return picture
    rgb = np.asarray(Image.fromarray(picture.rgb).transpose(turn))
    if picture.alpha is None:
        return Picture(rgb)
    return Picture(rgb, np.asarray(Image.fromarray(picture.alpha).transpose(turn)))


def turn_of(image: Image.Image) -> Image.Transpose | None:
    """What brings an image upright, by its EXIF or XMP; ``None`` where that is damaged, too.

    Every browser shows such a picture. Pillow's ``exif_transpose`` writes all of the EXIF anew, and
    fails where any of it is odd.
    """
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception as error:  # noqa: BLE001 - Pillow raises nearly anything, SyntaxError included
        _log.info("unusable EXIF, left alone: %s", type(error).__name__)
        return None


def in_srgb(image: Image.Image) -> Picture:
    """A loaded image as a picture, however it lies."""
    alpha = None
    if image.mode.startswith("I") or image.mode == "F":
        alpha = _alpha_by_key(image)
        image = _eight_bits(image)
    elif image.mode in _ALPHA_MODES or "transparency" in image.info:
        image, alpha = _without_alpha(image)
    rgb = _to_pixels(_to_srgb(image))
    return Picture(rgb, None if alpha is None or bool((alpha == 255).all()) else alpha)


def _alpha_by_key(image: Image.Image) -> Pixels | None:
    """Of 16-bit grey, one level of which may be transparent."""
    key = image.info.get("transparency")
    if key is None:
        return None
    alpha = np.empty((image.height, image.width), np.uint8)
    for rows, band in _by_bands(image):
        alpha[rows] = np.where(np.asarray(band) == key, 0, 255)
    return alpha


def _without_alpha(image: Image.Image) -> tuple[Image.Image, Pixels]:
    """The colours, grey where they were, with their profile; and the alpha, ``uint8[H, W]``."""
    profile = image.info.get("icc_profile")
    with_alpha, without = ("LA", "L") if image.mode in _GREY_MODES else ("RGBA", "RGB")
    image = image.convert(with_alpha)
    alpha = np.asarray(image.getchannel("A"))
    image = image.convert(without)
    image.info["icc_profile"] = profile
    return image, alpha


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit grey, which Pillow would clip, to 8-bit grey with the same black and white."""
    eight = np.empty((image.height, image.width), np.uint8)
    for rows, band in _by_bands(image):
        eight[rows] = np.clip(np.rint(np.asarray(band).astype(np.float32) / 257), 0, 255)
    grey = Image.fromarray(eight)
    grey.info["icc_profile"] = image.info.get("icc_profile")
    return grey


def _to_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if profile:
        source = image if image.mode in _ICC_MODES else image.convert("RGB")
        try:
            converted = ImageCms.profileToProfile(
                source, io.BytesIO(profile), _SRGB, outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError) as error:
            # Browsers show such a picture, too: as if it had no profile.
            _log.warning("unusable colour profile, taken for sRGB: %s", type(error).__name__)
        else:
            assert converted is not None  # noqa: S101 - None comes only with inPlace
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def _to_pixels(image: Image.Image) -> Pixels:
    """RGB ``uint8[H, W, 3]``; at once, Pillow would hold the picture three times."""
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for rows, band in _by_bands(image):
        pixels[rows] = np.asarray(band)
    return pixels


def _by_bands(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    for rows in bands(image.height, image.width):
        yield rows, image.crop((0, rows.start, image.width, rows.stop))
