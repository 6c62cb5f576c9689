"""Frames put together as browsers do it, from files whose every byte is known."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from PIL import GifImagePlugin, Image

from anime_inference.logic.clip.frames import Frame, open_clip, read_frames
from anime_inference.logic.limits import ClipLimits, DecodeLimits
from anime_inference.logic.picture import Pixels
from anime_shared.errors import BrokenPicture

SIZE = (4, 2)
CLEAR, RED, GREEN, BLUE = (0, 0, 0, 0), (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)
HALF_BLUE = (0, 0, 255, 128)
STAYS, CLEARED, UNDONE = 0, 1, 2
REPLACES, OVER = 0, 1
# A PNG's colour types.
GREY, RGB, PALETTE, RGBA = 0, 2, 3, 6


@dataclass(frozen=True)
class Png:
    """A frame of an APNG: samples of the file's type, filled with one pixel."""

    pixel: tuple[int, ...]
    box: tuple[int, int, int, int] = (0, 0, *SIZE)
    disposal: int = STAYS
    blend: int = OVER
    time: tuple[int, int] = (1, 10)


def chunk(kind: bytes, body: bytes) -> bytes:
    named = kind + body
    return struct.pack(">I", len(body)) + named + struct.pack(">I", zlib.crc32(named))


def apng(
    frames: Sequence[Png], kind: int = RGBA, colors: bytes = b"", still: Png | None = None
) -> bytes:
    """An APNG; ``colors`` are chunks, and ``still`` is a picture that is none of its frames."""
    parts = [
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", *SIZE, 8, kind, 0, 0, 0)),
        chunk(b"acTL", struct.pack(">II", len(frames), 0)),
        colors,
    ]
    number = 0
    if still is not None:
        parts.append(chunk(b"IDAT", pixels_of(still)))
    for index, frame in enumerate(frames):
        left, top, width, height = frame.box
        control = (number, width, height, left, top, *frame.time, frame.disposal, frame.blend)
        parts.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", *control)))
        number += 1
        if index == 0 and still is None:
            parts.append(chunk(b"IDAT", pixels_of(frame)))
            continue
        parts.append(chunk(b"fdAT", struct.pack(">I", number) + pixels_of(frame)))
        number += 1
    return b"".join((*parts, chunk(b"IEND", b"")))


def pixels_of(frame: Png) -> bytes:
    row = b"\0" + bytes(frame.pixel) * frame.box[2]
    return zlib.compress(row * frame.box[3])


def frames_of(data: bytes) -> list[Frame]:
    header = open_clip(data, DecodeLimits(2**20, 10_000), ClipLimits(99, 10**6, 60))
    assert header is not None
    return list(read_frames(data, header))


def seen(data: bytes) -> list[Pixels]:
    """Each frame as RGBA; what is clear has no colour."""
    told = []
    for frame in frames_of(data):
        rgb, alpha = frame.picture.rgb, frame.picture.alpha
        alpha = np.full(rgb.shape[:2], 255, np.uint8) if alpha is None else alpha
        told.append(np.where(alpha[..., None] > 0, np.dstack((rgb, alpha)), 0).astype(np.uint8))
    return told


def left_and_right(frame: Pixels) -> list[tuple[int, ...]]:
    return [tuple(frame[0, 0].tolist()), tuple(frame[0, -1].tolist())]


RIGHT = (2, 0, 2, 2)


def test_half_transparent_over_opaque_is_opaque() -> None:
    _, second = seen(apng([Png(RED), Png(HALF_BLUE, RIGHT)]))
    assert left_and_right(second) == [RED, (127, 0, 128, 255)]


def test_half_transparent_over_nothing_is_what_it_is() -> None:
    _, second = seen(apng([Png(CLEAR), Png(HALF_BLUE, RIGHT)]))
    assert left_and_right(second) == [CLEAR, HALF_BLUE]


def test_what_replaces_takes_its_transparency_along() -> None:
    _, second = seen(apng([Png(RED), Png(HALF_BLUE, RIGHT, blend=REPLACES)]))
    assert left_and_right(second) == [RED, HALF_BLUE]


def test_colours_of_a_palette_are_mixed_not_their_numbers() -> None:
    colors = [RED, GREEN, BLUE, GREEN, HALF_BLUE]
    palette = chunk(b"PLTE", b"".join(bytes(color[:3]) for color in colors))
    clear = chunk(b"tRNS", bytes(color[3] for color in colors))
    _, second = seen(apng([Png((0,)), Png((4,), RIGHT)], PALETTE, palette + clear))
    assert left_and_right(second) == [RED, (127, 0, 128, 255)]


def test_the_clear_level_of_grey_leaves_what_is_there() -> None:
    key = chunk(b"tRNS", struct.pack(">H", 7))
    _, second = seen(apng([Png((200,)), Png((7,), RIGHT)], GREY, key))
    assert left_and_right(second) == [(200, 200, 200, 255)] * 2


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (Png(CLEAR), [CLEAR, BLUE]),
        (Png(RED, (0, 0, 1, 2)), [RED, BLUE]),
        (Png(RED, disposal=UNDONE), [CLEAR, BLUE]),
        (Png(RED, disposal=CLEARED), [CLEAR, BLUE]),
    ],
)
def test_a_still_that_is_no_frame_is_never_seen(first: Png, then: list[tuple[int, ...]]) -> None:
    shown = seen(apng([first, Png(BLUE, RIGHT)], still=Png(GREEN)))
    assert not any((frame == GREEN).all(axis=2).any() for frame in shown)
    assert left_and_right(shown[1]) == then


def test_times_are_what_the_file_says() -> None:
    times = [(1, 3), (7, 0), (0, 5), (65_535, 1)]
    frames = frames_of(apng([Png(RED, time=time) for time in times]))
    assert [frame.seconds for frame in frames] == [
        Fraction(1, 3), Fraction(7, 100), Fraction(0), Fraction(65_535)
    ]  # fmt: skip


def test_frames_are_turned_as_the_clip_is() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = apng([Png(RED), Png(BLUE, RIGHT)], colors=chunk(b"eXIf", exif.tobytes()[6:]))
    first, second = seen(data)
    assert first.shape == second.shape == (4, 2, 4)
    assert (second[:2] == RED).all()
    assert (second[2:] == BLUE).all()


def test_a_frame_beyond_the_canvas_is_broken() -> None:
    with pytest.raises(BrokenPicture):
        frames_of(apng([Png(RED), Png(BLUE, (3, 0, 2, 2))]))


def test_frames_in_another_order_than_their_numbers_are_broken() -> None:
    data = apng([Png(RED), Png(BLUE)])
    first = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, *SIZE, 0, 0, 1, 10, STAYS, OVER))
    other = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 1, *SIZE, 0, 0, 1, 10, STAYS, OVER))
    assert first in data
    with pytest.raises(BrokenPicture):
        frames_of(data.replace(first, other))


# --- GIF -----------------------------------------------------------------------------------------

GIF_PALETTE = b"".join(bytes(color[:3]) for color in (RED, GREEN, BLUE, RED))
GIF_STAYS, GIF_CLEARED, GIF_UNDONE = 1, 2, 3


def gif_frame(
    index: int, left: int, width: int, disposal: int, clear: int | None = None, time: int = 10
) -> bytes:
    flags = disposal << 2 | (clear is not None)
    control = struct.pack("<3sBHBx", b"!\xf9\x04", flags, time, clear or 0)
    image = Image.new("P", (width, SIZE[1]), index)
    image.putpalette(GIF_PALETTE)
    pixels = b"".join(GifImagePlugin.getdata(image))
    # Behind its own descriptor and palette, if it has one.
    return control + struct.pack("<cHHHHB", b",", left, 0, width, SIZE[1], 0) + _lzw(pixels)


def _lzw(image: bytes) -> bytes:
    start = image.index(b",")
    flags = image[start + 9]
    return image[start + 10 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0) :]


def gif(*frames: bytes, background: int = 1) -> bytes:
    screen = struct.pack("<6sHHBBB", b"GIF89a", *SIZE, 0b1000_0001, background, 0)
    return screen + GIF_PALETTE + b"".join(frames) + b";"


def test_what_no_frame_has_drawn_is_clear() -> None:
    first, second = seen(gif(gif_frame(0, 2, 2, GIF_STAYS), gif_frame(2, 3, 1, GIF_STAYS)))
    assert left_and_right(first) == [CLEAR, RED]
    assert left_and_right(second) == [CLEAR, BLUE]


@pytest.mark.parametrize("clear", [None, 3])
def test_a_cleared_place_is_clear_whatever_the_background(clear: int | None) -> None:
    shown = seen(
        gif(
            gif_frame(0, 0, 4, GIF_STAYS),
            gif_frame(2, 2, 2, GIF_CLEARED, clear),
            gif_frame(0, 0, 1, GIF_STAYS),
        )
    )
    assert [left_and_right(frame) for frame in shown] == [[RED, RED], [RED, BLUE], [RED, CLEAR]]


def test_a_frame_that_says_nothing_stays_also_after_one_that_was_cleared() -> None:
    shown = seen(
        gif(
            gif_frame(0, 0, 4, GIF_CLEARED),
            gif_frame(2, 2, 2, 0),
            gif_frame(1, 0, 1, GIF_STAYS),
        )
    )
    assert [left_and_right(frame) for frame in shown] == [
        [RED, RED], [CLEAR, BLUE], [GREEN, BLUE]
    ]  # fmt: skip


@pytest.mark.parametrize("disposal", [GIF_UNDONE, 4])
def test_what_was_there_before_comes_back(disposal: int) -> None:
    shown = seen(
        gif(
            gif_frame(0, 0, 4, GIF_STAYS),
            gif_frame(2, 2, 2, disposal),
            gif_frame(1, 0, 1, GIF_STAYS),
        )
    )
    assert [left_and_right(frame) for frame in shown] == [[RED, RED], [RED, BLUE], [GREEN, RED]]


def test_a_gif_frame_without_pixels_is_broken() -> None:
    empty = struct.pack("<cHHHHB", b",", 0, 0, 0, 0, 0) + b"\x02\x01\x2c\x00"
    with pytest.raises(BrokenPicture):
        frames_of(gif(gif_frame(0, 0, 4, GIF_STAYS), empty))
