"""Decoding: every kind of picture becomes upright sRGB, and nothing bad gets through."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms

from anime_inference.logic import bands
from anime_inference.logic.decode import check_size, decode
from anime_inference.logic.geometry import shrink
from anime_inference.logic.limits import DecodeLimits
from anime_inference.logic.picture import Picture
from anime_shared.errors import (
    BrokenPicture,
    EmptyPicture,
    InputError,
    NotAPicture,
    PictureTooLarge,
    UploadTooLarge,
)
from tests.pictures import file_of, gradient, png_bomb

PHOTO = Path(__file__).parents[2] / "docs/pictures/coffee.jpg"
LIMITS = DecodeLimits(max_bytes=8 * 2**20, max_pixels=1_000_000)


def difference(picture: Picture, wanted: np.ndarray) -> float:
    return float(np.abs(picture.rgb.astype(int) - wanted).mean())


@pytest.mark.parametrize(
    ("fmt", "tolerance"),
    [("PNG", 0), ("GIF", 8), ("JPEG", 3), ("WEBP", 3), ("AVIF", 3), ("HEIF", 3)],
)
def test_every_format_gives_the_same_picture(fmt: str, tolerance: float) -> None:
    picture = decode(file_of(gradient(), fmt), LIMITS)
    assert (picture.width, picture.height) == (64, 48)
    assert picture.alpha is None
    assert difference(picture, gradient()) <= tolerance


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    if mode == "I;16":
        wide = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
        data = file_of(Image.fromarray(wide), "PNG")
        wanted = np.rint(wide / 257)[..., None].repeat(3, 2)
    else:
        image = Image.fromarray(gradient()).convert(mode)
        data = file_of(image, "JPEG" if mode in ("CMYK", "YCbCr") else "PNG", quality=100)
        wanted = np.asarray(image.convert("RGB"))
    picture = decode(data, LIMITS)
    assert picture.rgb.dtype == np.uint8
    assert difference(picture, wanted) < 3


def test_sixteen_bit_colour_keeps_black_and_white() -> None:
    wide = (gradient().astype(np.uint16)) * 257
    assert difference(decode(_png16(wide), LIMITS), gradient()) <= 1


def _png16(rgb: np.ndarray) -> bytes:
    import struct
    import zlib

    height, width = rgb.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rgb)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("fmt", ["PNG", "WEBP", "AVIF"])
def test_transparency_is_kept(fmt: str) -> None:
    image = Image.fromarray(gradient())
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    picture = decode(file_of(image, fmt), LIMITS)
    assert picture.alpha is not None
    assert np.abs(picture.alpha.astype(int) - np.asarray(image.getchannel("A"))).mean() < 3


def test_a_palette_with_a_transparent_colour_is_transparent_there() -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((3, 3), 1)
    picture = decode(file_of(image, "PNG", transparency=1), LIMITS)
    assert picture.alpha is not None
    assert picture.alpha[3, 3] == 0
    assert picture.alpha.sum() == 63 * 255


def test_opaque_transparency_is_none() -> None:
    assert decode(file_of(Image.fromarray(gradient()).convert("RGBA")), LIMITS).alpha is None


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int) -> None:
    turns = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = Image.fromarray(gradient())
    if orientation in turns:
        stored = stored.transpose(turns[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = decode(file_of(stored, "JPEG", exif=exif, quality=100), LIMITS)
    assert (picture.width, picture.height) == (64, 48)
    assert difference(picture, gradient()) < 3


def test_an_embedded_profile_is_converted_to_srgb() -> None:
    # A profile with red and blue exchanged is one that nobody can overlook.
    swapped = _profile_with_swapped_primaries()
    picture = decode(file_of(gradient(), icc_profile=swapped), LIMITS)
    plain = decode(file_of(gradient()), LIMITS)
    assert difference(plain, gradient()) == 0
    assert difference(picture, gradient()) > 20


def _profile_with_swapped_primaries() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(profile[128:132], "big")
    entries = {}
    for index in range(count):
        at = 132 + 12 * index
        entries[bytes(profile[at : at + 4])] = at
    red, blue = entries[b"rXYZ"] + 4, entries[b"bXYZ"] + 4
    profile[red : red + 4], profile[blue : blue + 4] = (
        profile[blue : blue + 4],
        profile[red : red + 4],
    )
    return bytes(profile)


def test_a_broken_profile_does_not_lose_the_picture() -> None:
    picture = decode(file_of(gradient(), icc_profile=b"this is no profile"), LIMITS)
    assert difference(picture, gradient()) == 0


def test_only_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.fromarray(gradient()), Image.new("RGB", (64, 48), "black")]
    data = file_of(frames[0], "GIF", save_all=True, append_images=frames[1:] * 500)
    assert difference(decode(data, LIMITS), gradient()) < 8


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", EmptyPicture, "empty"),
        (b"hello, I am no picture", NotAPicture, "JPEG, PNG, WebP"),
        (b"%PDF-1.7 nor am I", NotAPicture, "JPEG, PNG, WebP"),
        (file_of(gradient(), "BMP"), NotAPicture, "JPEG, PNG, WebP"),
        (file_of(gradient(), "PNG")[:100], BrokenPicture, "cut short or damaged"),
        (file_of(gradient(), "JPEG")[:300], BrokenPicture, "cut short or damaged"),
        (file_of(gradient(), "WEBP")[:-100], BrokenPicture, "cut short or damaged"),
        (file_of(gradient(1001, 1000)), PictureTooLarge, "the limit is 1.0"),
        (b"\0" * (8 * 2**20 + 1), UploadTooLarge, "the limit is 8.0 MiB"),
    ],
)
def test_bad_input_is_named(data: bytes, error: type[InputError], says: str) -> None:
    with pytest.raises(error, match=says) as raised:
        decode(data, LIMITS)
    assert raised.value.field == "image"


def test_a_bomb_is_refused_by_its_header() -> None:
    bomb = png_bomb(50_000, 50_000)
    assert len(bomb) < 110_000
    start = time.perf_counter()
    with pytest.raises(PictureTooLarge, match="50000 x 50000"):
        decode(bomb, DecodeLimits(2**20, 50_000_000))
    assert time.perf_counter() - start < 0.5


@given(st.binary(max_size=400))
def test_random_bytes_never_raise_anything_untyped(data: bytes) -> None:
    with pytest.raises(InputError):
        decode(data, LIMITS)


@given(
    fmt=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]),
    at=st.floats(0, 1),
    noise=st.binary(min_size=1, max_size=16),
)
def test_a_damaged_file_is_a_picture_or_a_typed_error(fmt: str, at: float, noise: bytes) -> None:
    data = bytearray(file_of(gradient(16, 16), fmt))
    place = int(at * (len(data) - 1))
    data[place : place + len(noise)] = noise
    try:
        picture = decode(bytes(data), LIMITS)
    except InputError:
        return
    assert picture.rgb.shape[2] == 3


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize(("max_side", "part"), [(None, 1), (256, 1), (200, 2), (100, 4), (40, 8)])
def test_a_large_jpeg_is_decoded_at_a_part_of_its_size(
    mode: str, max_side: int | None, part: int
) -> None:
    photo = Image.open(PHOTO).convert(mode).resize((600, 900))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    data = file_of(photo, "JPEG", quality=95, exif=exif)
    picture = decode(data, LIMITS, max_side)
    assert (picture.width, picture.height) == (-(-900 // part), -(-600 // part))
    small, wanted = (shrink(one, max_side).rgb for one in (picture, decode(data, LIMITS)))
    assert small.shape == wanted.shape
    # Not to be told apart by eye.
    assert np.sqrt(np.square(small.astype(float) - wanted).mean()) < 4


def test_no_other_file_is_decoded_at_a_part_of_its_size() -> None:
    for fmt in ("PNG", "WEBP", "GIF"):
        assert decode(file_of(gradient(400, 400), fmt), LIMITS, 16).width == 400


@pytest.mark.parametrize("mode", ["RGB", "L", "I;16", "RGBA"])
def test_a_large_picture_is_decoded_as_a_small_one_is(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if mode == "I;16":
        wide = np.linspace(0, 65535, 64 * 48).reshape(48, 64).astype(np.uint16)
        data = file_of(Image.fromarray(wide))
    else:
        data = file_of(Image.fromarray(gradient()).convert(mode))
    at_once = decode(data, LIMITS)
    monkeypatch.setattr(bands, "_PIXELS", 500)
    np.testing.assert_array_equal(decode(data, LIMITS).rgb, at_once.rgb)


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_a_picture_of_no_pixels_is_broken(size: tuple[int, int]) -> None:
    with pytest.raises(BrokenPicture, match=f"{size[0]} x {size[1]}"):
        check_size(*size, max_pixels=100)
    check_size(10, 10, max_pixels=100)
    with pytest.raises(PictureTooLarge):
        check_size(101, 1, max_pixels=100)
