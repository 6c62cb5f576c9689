"""A picture to a file: sRGB, tagged as such, and nothing else that the photo carried."""

from __future__ import annotations

import io
from fractions import Fraction
from functools import cache

import numpy as np
from PIL import Image, ImageCms

from anime_inference.logic.clip.gif import write_gif
from anime_inference.logic.picture import Picture
from anime_shared.errors import PictureTooLarge
from anime_shared.options import OutputFormat

_SIDE_LIMITS = {
    OutputFormat.JPEG: 65_500,
    OutputFormat.WEBP: 16_383,
    # It could hold twice that, but by default libavif reads no more.
    OutputFormat.AVIF: 32_768,
    OutputFormat.GIF: 65_535,
    OutputFormat.PNG: 2**31 - 1,
}
# Chosen by `make bench-pipeline`: the next slower setting saves less than a tenth of the bytes.
_FASTEST_GOOD = {
    # Full chroma: drawn lines fringe at half of it.
    OutputFormat.JPEG: {"subsampling": 0},
    OutputFormat.PNG: {"compress_level": 1},
    OutputFormat.WEBP: {"method": 2},
    OutputFormat.AVIF: {"speed": 9},
}


def choose_format(wanted: OutputFormat, picture: Picture) -> OutputFormat:
    """``wanted``, or for ``auto`` the format that suits the picture."""
    if wanted is not OutputFormat.AUTO:
        return wanted
    return OutputFormat.JPEG if picture.alpha is None else OutputFormat.PNG


def encode(picture: Picture, fmt: OutputFormat, quality: int) -> bytes:
    """The file's bytes; JPEG has no transparency and gets a white ground.

    Args:
        picture: what to write.
        fmt: any but ``auto``.
        quality: 1 to 100; PNG and GIF ignore it.

    Raises:
        PictureTooLarge: a side is longer than the format can hold.
    """
    check_sides(picture.width, picture.height, fmt)
    if fmt is OutputFormat.GIF:
        return write_gif([picture], [Fraction(0)], plays=1)
    image = _to_image(picture, keep_alpha=fmt is not OutputFormat.JPEG)
    buffer = io.BytesIO()
    options = _FASTEST_GOOD[fmt]
    if fmt is not OutputFormat.PNG:
        options = {**options, "quality": quality}
    image.save(buffer, format=fmt.value.upper(), icc_profile=srgb_profile(), **options)
    return buffer.getvalue()


def check_sides(width: int, height: int, fmt: OutputFormat) -> None:
    """See that a format can hold a picture of this size.

    Raises:
        PictureTooLarge: a side is longer than that.
    """
    limit = _SIDE_LIMITS[fmt]
    if max(width, height) > limit:
        raise PictureTooLarge(
            f"format: {fmt.value} holds at most {limit} pixels a side, the picture has "
            f"{width} x {height}",
            field="format",
            limit=limit,
        )


def _to_image(picture: Picture, *, keep_alpha: bool) -> Image.Image:
    image = Image.fromarray(np.ascontiguousarray(picture.rgb))
    if picture.alpha is None:
        return image
    alpha = Image.fromarray(picture.alpha)
    if keep_alpha:
        image.putalpha(alpha)
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=alpha)
    return ground


@cache
def srgb_profile() -> bytes:
    """The ICC profile that files are tagged with."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
