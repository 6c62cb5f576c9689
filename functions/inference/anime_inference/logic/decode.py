"""Bytes to an upright sRGB picture; every budget is checked from the header, before decoding."""

from __future__ import annotations

import io
import logging
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pillow_heif
from PIL import Image, ImageFile, UnidentifiedImageError

from anime_inference.logic.av1 import coded_sizes
from anime_inference.logic.clip.header import reach_of_gif
from anime_inference.logic.effort import check_effort
from anime_inference.logic.grids import check_grids
from anime_inference.logic.limits import DecodeLimits
from anime_inference.logic.normalise import normalise
from anime_inference.logic.picture import Picture
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
# What is decoded at a part of its size is still so many times larger than what is wanted.
_REDUCING_GAP = 2


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
    check_grids(data, limits.max_pixels)
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
