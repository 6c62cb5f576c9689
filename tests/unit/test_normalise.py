"""Odd files that every browser shows: damaged EXIF, grey that is transparent."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from anime_inference.logic.decode import decode
from anime_inference.logic.limits import DecodeLimits
from anime_inference.logic.picture import Picture, Pixels
from tests.pictures import file_of, gradient

LIMITS = DecodeLimits(max_bytes=8 * 2**20, max_pixels=1_000_000)
SHORT, LONG, ASCII = 3, 4, 2
ORIENTATION, X_RESOLUTION, RESOLUTION_UNIT = 0x0112, 0x011A, 0x0128


def exif_of(*entries: tuple[int, int, bytes]) -> bytes:
    """Of tags, types and their values of at most four bytes, as they are."""
    body = b"".join(
        struct.pack("<HHI4s", tag, kind, 1 if kind != ASCII else len(value), value.ljust(4, b"\0"))
        for tag, kind, value in entries
    )
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4)


def decoded(data: bytes) -> Picture:
    return decode(data, LIMITS)


@pytest.mark.parametrize(
    "odd",
    [
        (X_RESOLUTION, ASCII, b"72\0"),
        (RESOLUTION_UNIT, LONG, struct.pack("<I", 70_000)),
        (X_RESOLUTION, SHORT, struct.pack("<H", 72)),
    ],
    ids=["text for a number", "too large", "no fraction"],
)
def test_a_sideways_photo_with_an_odd_tag_is_turned(odd: tuple[int, int, bytes]) -> None:
    exif = exif_of((ORIENTATION, SHORT, struct.pack("<H", 6)), odd)
    stored = Image.fromarray(gradient()).transpose(Image.Transpose.ROTATE_90)
    picture = decoded(file_of(stored, "JPEG", exif=exif, quality=100))
    assert (picture.width, picture.height) == (64, 48)
    assert np.abs(picture.rgb.astype(int) - gradient()).mean() < 3


@pytest.mark.parametrize("fmt", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize(
    "exif",
    [b"Exif\0\0this is none", exif_of((ORIENTATION, ASCII, b"up\0"))],
    ids=["garbage", "a word"],
)
def test_an_orientation_that_cannot_be_read_is_upright(fmt: str, exif: bytes) -> None:
    picture = decoded(file_of(gradient(), fmt, exif=exif))
    assert (picture.width, picture.height) == (64, 48)


def test_one_level_of_sixteen_bit_grey_is_transparent() -> None:
    wide = np.array([[0, 0x4000, 0x8000, 0xFFFF]], np.uint16)
    picture = decoded(file_of(Image.fromarray(wide), transparency=0x4000))
    np.testing.assert_array_equal(picture.rgb[0, :, 0], [0, 64, 128, 255])
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, [[255, 0, 255, 255]])


@pytest.mark.parametrize("kind", ["alpha", "key"])
def test_grey_with_transparency_keeps_its_profile(kind: str) -> None:
    grey = gradient()[..., 0]
    profile = _linear_grey()
    opaque = decoded(file_of(Image.fromarray(grey), icc_profile=profile))
    assert np.abs(opaque.rgb[..., 0].astype(int) - grey).max() > 20
    if kind == "key":
        data = file_of(Image.fromarray(grey), icc_profile=profile, transparency=int(grey[0, 0]))
        alpha: Pixels = np.where(grey == grey[0, 0], 0, 255).astype(np.uint8)
    else:
        image = Image.fromarray(grey)
        alpha = 255 - grey
        image.putalpha(Image.fromarray(alpha))
        data = file_of(image, icc_profile=profile)
    picture = decoded(data)
    np.testing.assert_array_equal(picture.rgb, opaque.rgb)
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, alpha)


def _linear_grey() -> bytes:
    """A profile of grey in proportion to light: sRGB's, its curve exchanged and its space named."""
    tags = {b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)}
    # A curve of no points is the identity (ICC.1, section 10.6).
    tags[b"kTRC"] = b"curv\0\0\0\0" + bytes(4)
    table, body = b"", b""
    start = 132 + 12 * len(tags)
    for name, value in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(value))
        body += value
    header = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()[:128])
    header[16:20] = b"GRAY"
    header[:4] = struct.pack(">I", start + len(body))
    return bytes(header) + struct.pack(">I", len(tags)) + table + body


def test_two_levels_of_which_one_is_transparent() -> None:
    image = Image.fromarray(gradient()[..., 0] > 100)
    picture = decoded(file_of(image, transparency=0))
    assert picture.alpha is not None
    np.testing.assert_array_equal(picture.alpha, picture.rgb[..., 0])
