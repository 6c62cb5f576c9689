"""Whatever a decoder gives, as an upright sRGB picture."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Final

import numpy as np
from PIL import Image, ImageCms, ImageOps

from anime_inference.logic.bands import bands
from anime_inference.logic.picture import Picture, Pixels

_SRGB: Final = ImageCms.createProfile("sRGB")
# Modes that littlecms takes as they are; others become RGB first.
_ICC_MODES: Final = ("RGB", "CMYK", "L")
_ALPHA_MODES: Final = ("RGBA", "RGBa", "LA", "La", "PA")
_log = logging.getLogger(__name__)


def normalise(image: Image.Image) -> Picture:
    """A loaded image as it travels between the stages; the image is changed."""
    ImageOps.exif_transpose(image, in_place=True)
    alpha = None
    if image.mode in _ALPHA_MODES or "transparency" in image.info:
        profile = image.info.get("icc_profile")
        image = image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"))
        image = image.convert("RGB")
        image.info["icc_profile"] = profile
    elif image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    rgb = _to_pixels(_to_srgb(image))
    return Picture(rgb, None if alpha is None or bool((alpha == 255).all()) else alpha)


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
