"""What animated files tell before they are decoded, and their budgets."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from anime_inference.logic.clip.frames import Frame, open_clip, read_frames
from anime_inference.logic.clip.header import FOREVER, ClipHeader, read_header
from anime_inference.logic.limits import ClipLimits, DecodeLimits
from anime_shared.errors import (
    BrokenPicture,
    ClipTooLong,
    EmptyPicture,
    PictureTooLarge,
    UploadTooLarge,
)
from anime_shared.options import OutputFormat
from tests.clips import KINDS, clip_of, moving, scene
from tests.pictures import file_of, gradient

LIMITS = DecodeLimits(8 * 2**20, 1_000_000)
CLIP_LIMITS = ClipLimits(600, 150_000_000, 600)


def frames_of(data: bytes) -> list[Frame]:
    header = open_clip(data, LIMITS, CLIP_LIMITS)
    assert header is not None
    return list(read_frames(data, header))


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_is_read_from_the_bytes(kind: str) -> None:
    header = read_header(clip_of(moving(5), kind, loop=0), 600)
    assert header == ClipHeader(OutputFormat(kind.lower()), 5, 128, 96, FOREVER)


@pytest.mark.parametrize(
    ("kind", "options", "plays"),
    [
        ("GIF", {}, 1),
        ("GIF", {"loop": 0}, FOREVER),
        ("GIF", {"loop": 1}, 2),
        ("GIF", {"loop": 65_535}, 65_536),
        ("PNG", {"loop": 1}, 1),
        ("PNG", {"loop": 7}, 7),
        ("WEBP", {"loop": 3}, 3),
        ("WEBP", {"loop": 0}, FOREVER),
    ],
)
def test_how_often_it_is_shown(kind: str, options: dict[str, int], plays: int) -> None:
    header = read_header(clip_of(moving(2), kind, **options), 600)
    assert header is not None
    assert header.plays == plays


@pytest.mark.parametrize("fmt", ["GIF", "PNG", "WEBP", "JPEG", "AVIF", "HEIF"])
def test_a_still_is_no_clip(fmt: str) -> None:
    assert read_header(file_of(gradient(), fmt), 600) is None


@pytest.mark.parametrize("data", [b"GIF89a", b"GIF87a" + bytes(3), b"\x89PNG\r\n\x1a\n", b"RIFF"])
def test_a_stub_is_left_to_the_decoder(data: bytes) -> None:
    assert read_header(data, 600) is None


def test_frames_are_counted_no_further_than_the_limit() -> None:
    for kind in ("GIF", "WEBP"):
        header = read_header(clip_of(moving(9), kind), 3)
        assert header is not None
        assert header.frames == 4
    # Bytes behind the limit aren't looked at: this file is cut there.
    data = clip_of(moving(9), "GIF")
    header = read_header(data[:-200], 3)
    assert header is not None
    assert header.frames == 4


def test_an_apng_that_announces_too_many_frames_is_refused_unread() -> None:
    data = bytearray(clip_of(moving(2), "PNG"))
    at = data.index(b"acTL")
    data[at + 4 : at + 8] = struct.pack(">I", 2**31)
    data[at + 12 : at + 16] = struct.pack(">I", zlib.crc32(data[at : at + 12]))
    with pytest.raises(ClipTooLong) as raised:
        open_clip(bytes(data), LIMITS, CLIP_LIMITS)
    assert raised.value.limit == 600


@pytest.mark.parametrize("kind", KINDS)
def test_budgets_are_named_with_their_limit(kind: str) -> None:
    data = clip_of(moving(4), kind)
    with pytest.raises(ClipTooLong, match="more than 3 frames") as raised:
        open_clip(data, LIMITS, replace(CLIP_LIMITS, max_frames=3))
    assert (raised.value.field, raised.value.limit) == ("image", 3)
    pixels = 4 * 96 * 128
    enough = replace(CLIP_LIMITS, max_frames=4, max_pixels=pixels)
    assert open_clip(data, LIMITS, enough) is not None
    with pytest.raises(ClipTooLong, match="4 frames of 128 x 96") as raised:
        open_clip(data, LIMITS, replace(enough, max_pixels=pixels - 1))
    assert raised.value.limit == pixels - 1
    with pytest.raises(PictureTooLarge):
        open_clip(data, DecodeLimits(2**20, 96 * 128 - 1), CLIP_LIMITS)
    with pytest.raises(UploadTooLarge):
        open_clip(data, DecodeLimits(100, 2**20), CLIP_LIMITS)
    with pytest.raises(EmptyPicture):
        open_clip(b"", LIMITS, CLIP_LIMITS)


def test_a_gif_frame_that_reaches_far_beyond_the_canvas_is_refused() -> None:
    data = bytearray(clip_of(moving(2), "GIF"))
    at = data.rindex(b"\x21\xf9") + 8
    assert data[at : at + 1] == b","
    data[at + 5 : at + 9] = struct.pack("<HH", 65_535, 65_535)
    with pytest.raises(PictureTooLarge, match="megapixels"):
        open_clip(bytes(data), LIMITS, CLIP_LIMITS)


def test_a_gif_frame_that_reaches_a_little_beyond_the_canvas_is_cut() -> None:
    data = bytearray(clip_of([scene(), np.rot90(scene(), 2)], "GIF"))
    at = data.rindex(b"\x21\xf9") + 8
    data[at + 1 : at + 3] = struct.pack("<H", 8)
    first, second = frames_of(bytes(data))
    assert first.picture.rgb.shape == second.picture.rgb.shape == (96, 128, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_that_was_cut_short_is_never_half_a_clip(kind: str) -> None:
    data = clip_of(moving(4, 24, 32, step=1), kind, loop=0)
    whole = frames_of(data)
    refused = 0
    for length in range(60, len(data), 7):
        try:
            header = open_clip(data[:length], LIMITS, CLIP_LIMITS)
            if header is None:
                # Nothing has told yet that it is a clip: the decoder of stills refuses it.
                continue
            shown = list(read_frames(data[:length], header))
        except BrokenPicture:
            refused += 1
            continue
        # Only checksums and the end mark of an APNG are missing.
        assert (kind, length > len(data) - 24) == ("PNG", True)
        for frame, expected in zip(shown, whole, strict=True):
            np.testing.assert_array_equal(frame.picture.rgb, expected.picture.rgb)
    assert refused > 10


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_frames_are_broken_or_shown_but_never_a_defect(kind: str) -> None:
    data = clip_of(moving(3, 24, 32), kind, loop=0)
    random = np.random.default_rng(0)
    for _ in range(120):
        damaged = bytearray(data)
        for at in random.integers(30, len(data), 3):
            damaged[at] = random.integers(0, 256)
        try:
            header = open_clip(bytes(damaged), LIMITS, CLIP_LIMITS)
            if header is not None:
                list(read_frames(bytes(damaged), header))
        except (BrokenPicture, PictureTooLarge, ClipTooLong):
            continue


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_decoded_one_by_one(kind: str) -> None:
    frames = moving(4)
    got = frames_of(clip_of(frames, kind, duration=[0, 40, 70, 1000]))
    assert [frame.seconds for frame in got] == [
        Fraction(0), Fraction(4, 100), Fraction(7, 100), Fraction(1)
    ]  # fmt: skip
    for frame, expected in zip(got, frames, strict=True):
        difference = np.abs(frame.picture.rgb.astype(int) - expected)
        assert difference.mean() < (12 if kind == "GIF" else 0.001)


def test_an_apngs_default_image_is_no_frame() -> None:
    still, *frames = moving(4)
    data = clip_of([still, *frames], "PNG", default_image=True)
    got = frames_of(data)
    assert len(got) == 3
    np.testing.assert_array_equal(got[0].picture.rgb, frames[0])


@pytest.mark.parametrize("disposal", [0, 1, 2])
def test_what_becomes_of_a_frame_when_its_time_is_over(disposal: int) -> None:
    """0: it stays; 1: its place is cleared; 2: what was there before comes back."""
    images = []
    for index in range(3):
        image = Image.new("RGBA", (40, 30))
        image.paste((200, 40 * index, 10, 255), (10 * index, 5, 10 * index + 10, 15))
        images.append(image)
    for kind in ("PNG", "GIF"):
        written = disposal + (kind == "GIF")
        data = clip_of(images, kind, disposal=written, **({"blend": 1} if kind == "PNG" else {}))
        seen = np.zeros((30, 40), np.uint8)
        for frame, image in zip(frames_of(data), images, strict=True):
            alone = np.asarray(image.getchannel("A"))
            seen = np.maximum(seen, alone) if disposal == 0 else alone
            assert frame.picture.alpha is not None
            np.testing.assert_array_equal(frame.picture.alpha, seen)


def test_all_frames_are_turned_as_the_first_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    got = frames_of(clip_of(moving(3), "WEBP", exif=exif.tobytes()))
    assert {frame.picture.rgb.shape for frame in got} == {(128, 96, 3)}
    np.testing.assert_array_equal(got[2].picture.rgb, np.rot90(moving(3)[2], -1))


def test_a_webp_that_holds_no_frames_is_no_clip() -> None:
    data = clip_of(moving(2), "WEBP")
    for length in (12, 29):
        assert read_header(data[:length], 9) is None
    assert read_header(file_of(gradient(), "WEBP", exif=b"Exif\0\0II*\0"), 9) is None
