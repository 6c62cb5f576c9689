"""Encoding: right pixels, tagged sRGB, nothing private."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from anime_inference.logic.decode import decode
from anime_inference.logic.encode import choose_format, encode
from anime_inference.logic.limits import DecodeLimits
from anime_inference.logic.picture import Picture
from anime_shared.errors import PictureTooLarge
from anime_shared.options import OutputFormat
from tests.pictures import file_of, gradient, opened

WRITTEN = [fmt for fmt in OutputFormat if fmt is not OutputFormat.AUTO]
# GIF has 256 colours, tells nothing of them, and of transparency only whether there is any.
FULL_COLOR = [fmt for fmt in WRITTEN if fmt is not OutputFormat.GIF]
ALPHA = np.linspace(0, 255, 48 * 64).reshape(48, 64).astype(np.uint8)


@pytest.mark.parametrize("fmt", FULL_COLOR)
def test_each_format_holds_the_picture_and_says_srgb(fmt: OutputFormat) -> None:
    image = opened(encode(Picture(gradient()), fmt, 95))
    assert image.format == fmt.value.upper()
    assert np.abs(np.asarray(image).astype(int) - gradient()).mean() < 3
    profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


@pytest.mark.parametrize("fmt", [f for f in FULL_COLOR if f is not OutputFormat.JPEG])
def test_transparency_is_written(fmt: OutputFormat) -> None:
    image = opened(encode(Picture(gradient(), ALPHA), fmt, 95))
    assert np.abs(np.asarray(image.getchannel("A")).astype(int) - ALPHA).mean() < 3


def test_a_gif_of_one_frame() -> None:
    image = opened(encode(Picture(gradient(), ALPHA), OutputFormat.GIF, 95))
    assert (image.format, getattr(image, "n_frames", 0), "loop" in image.info) == ("GIF", 1, False)
    seen = np.asarray(image.convert("RGBA"))
    np.testing.assert_array_equal(seen[..., 3] == 255, ALPHA >= 128)
    opaque = seen[..., 3] == 255
    assert np.abs(seen[opaque][:, :3].astype(int) - gradient()[opaque]).mean() < 6


def test_jpeg_has_a_white_ground() -> None:
    image = opened(encode(Picture(gradient(), np.zeros((48, 64), np.uint8)), OutputFormat.JPEG, 95))
    assert np.asarray(image).min() >= 253


def test_quality_matters_but_not_to_png() -> None:
    noise = Picture(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))
    for fmt in (OutputFormat.JPEG, OutputFormat.WEBP, OutputFormat.AVIF):
        assert len(encode(noise, fmt, 20)) < len(encode(noise, fmt, 95))
    assert encode(noise, OutputFormat.PNG, 20) == encode(noise, OutputFormat.PNG, 95)


def test_auto_is_png_only_where_there_is_transparency() -> None:
    assert choose_format(OutputFormat.AUTO, Picture(gradient())) is OutputFormat.JPEG
    assert choose_format(OutputFormat.AUTO, Picture(gradient(), ALPHA)) is OutputFormat.PNG
    assert choose_format(OutputFormat.WEBP, Picture(gradient(), ALPHA)) is OutputFormat.WEBP


@pytest.mark.parametrize(
    ("fmt", "limit"),
    [
        (OutputFormat.WEBP, 16_383),
        (OutputFormat.JPEG, 65_500),
        (OutputFormat.GIF, 65_535),
        (OutputFormat.AVIF, 32_768),
    ],
)
def test_a_side_that_the_format_cannot_hold(fmt: OutputFormat, limit: int) -> None:
    picture = Picture(np.zeros((1, limit + 1, 3), np.uint8))
    with pytest.raises(PictureTooLarge, match=str(limit)) as raised:
        encode(picture, fmt, 90)
    assert raised.value.field == "format"
    longest = encode(Picture(np.zeros((1, limit, 3), np.uint8)), fmt, 90)
    assert decode(longest, DecodeLimits(2**20, limit)).width == limit


@pytest.mark.parametrize("fmt", WRITTEN)
def test_private_metadata_is_dropped(fmt: OutputFormat) -> None:
    exif = Image.Exif()
    exif[0x010F] = "secret maker"
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 29.0)}
    photo = file_of(gradient(), "JPEG", exif=exif, comment=b"secret comment")
    written = encode(decode(photo, DecodeLimits(2**20, 2**20)), fmt, 90)
    assert b"secret" in photo
    assert b"secret" not in written
    assert not opened(written).getexif()
