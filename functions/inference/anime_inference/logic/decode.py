"""Bytes to an upright sRGB picture; every budget is checked from the header, before decoding."""

from __future__ import annotations

import io
import logging
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageFile, ImageOps, UnidentifiedImageError

from anime_inference.logic.av1 import coded_sizes
from anime_inference.logic.bands import bands
from anime_inference.logic.clip.header import reach_of_gif
from anime_inference.logic.effort import check_effort
from anime_inference.logic.picture import Picture, Pixels
from anime_shared.errors import (
    AnimeError,
    BrokenPicture,
    EmptyPicture,
    NotAPicture,
    PictureTooLarge,
    UploadTooLarge,
)

pillow_heif.register_heif_opener()
# Pillow's own guard warns from a size that isn't ours; `check_size` comes before any decoding.
Image.MAX_IMAGE_PIXELS = None
ImageFile.LOAD_TRUNCATED_IMAGES = False
# One damaged file can warn ten thousand times; what matters is raised.
warnings.filterwarnings("ignore", module=r"PIL\.")

_log = logging.getLogger(__name__)
_READ_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF")
_READ_NAMES = "JPEG, PNG, WebP, AVIF, HEIC or GIF"
_GIF_MAGIC = (b"GIF87a", b"GIF89a")
_SRGB = ImageCms.createProfile("sRGB")
# Modes that littlecms takes as they are; others become RGB first.
_ICC_MODES = ("RGB", "CMYK", "L")
# What is decoded at a part of its size is still so many times larger than what is wanted.
_REDUCING_GAP = 2
_ALPHA_MODES = ("RGBA", "RGBa", "LA", "La", "PA")


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """Budgets of one picture: ``max_bytes`` of the file, ``max_pixels`` of its canvas."""

    max_bytes: int
    max_pixels: int


def decode(data: bytes, limits: DecodeLimits, max_side: int | None = None) -> Picture:
    """Decode JPEG, PNG, WebP, AVIF, HEIC, or a GIF's first frame.

    Orientation is applied, an embedded ICC profile is converted to sRGB, 16-bit, grey, palette
    and CMYK pictures become 8-bit RGB; transparency is kept.

    Args:
        data: the file.
        limits: budgets.
        max_side: to which the picture will be shrunk. A JPEG that is at least four times as large
            is decoded at a half, a quarter or an eighth of its size, never at less than twice
            ``max_side``: Pillow's own measure for what can't be told from a full decoding.

    Raises:
        EmptyPicture: no bytes.
        UploadTooLarge: over ``limits.max_bytes``.
        NotAPicture: none of the formats.
        PictureTooLarge: over ``limits.max_pixels``, by the header.
        PictureTooComplex: built to take far more work than that.
        BrokenPicture: cut short or damaged.
    """
    check_bytes(len(data), limits.max_bytes)
    check_effort(data)
    if data.startswith(_GIF_MAGIC):
        # Pillow makes room for its first frame as soon as it opens the file, and checks nothing.
        check_size(*reach_of_gif(data), limits.max_pixels)
    with typed_errors(), Image.open(io.BytesIO(data), formats=_READ_FORMATS) as image:
        check_size(*image.size, limits.max_pixels)
        if image.format == "AVIF":
            for size in coded_sizes(data):
                check_size(*size, limits.max_pixels)
        _reduce(image, max_side)
        image.load()
        return normalise(image)


@contextmanager
def typed_errors() -> Iterator[None]:
    """Whatever a decoder raises in the block, as an error of ours.

    Raises:
        NotAPicture: none of the formats.
        BrokenPicture: cut short or damaged.
    """
    try:
        yield
    except UnidentifiedImageError:
        raise NotAPicture(f"image: not a picture in {_READ_NAMES}", field="image") from None
    except AnimeError:
        raise
    except Exception as error:
        # A damaged file makes the decoders raise nearly anything, struct.error and
        # SyntaxError included; to the caller they mean the same.
        _log.info("broken picture: %s", type(error).__name__)
        raise BrokenPicture(
            "image: the file is cut short or damaged, it can't be decoded", field="image"
        ) from error


def check_bytes(size: int, max_bytes: int) -> None:
    """Check the size of a file before it is read, in bytes.

    Raises:
        EmptyPicture: no bytes.
        UploadTooLarge: over ``max_bytes``.
    """
    if size == 0:
        raise EmptyPicture("image: the file is empty", field="image")
    if size > max_bytes:
        raise UploadTooLarge(
            f"image: {size / 2**20:.1f} MiB, the limit is {max_bytes / 2**20:.1f} MiB",
            field="image",
            limit=max_bytes,
        )


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Check the size of a canvas before it is decoded, in pixels.

    Raises:
        BrokenPicture: a side has none.
        PictureTooLarge: over ``max_pixels``.
    """
    if width < 1 or height < 1:
        raise BrokenPicture(f"image: {width} x {height} pixels is no picture", field="image")
    if width * height > max_pixels:
        raise PictureTooLarge(
            f"image: {width} x {height} is {width * height / 1e6:.1f} megapixels, "
            f"the limit is {max_pixels / 1e6:.1f}",
            field="image",
            limit=max_pixels,
        )


def _reduce(image: Image.Image, max_side: int | None) -> None:
    """Have a JPEG decoded at a part of its size, which no other format can."""
    if max_side is not None:
        scale = _REDUCING_GAP * max_side / max(image.size)
        wanted = (math.ceil(image.width * scale), math.ceil(image.height * scale))
        image.draft(None, wanted)


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
