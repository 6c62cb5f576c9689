"""Written clips: timing, loops, transparency, and colours that don't flicker."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from anime_inference.logic.clip.files import encode_clip
from anime_inference.logic.clip.header import FOREVER, read_header
from anime_inference.logic.picture import Picture, Pixels
from anime_shared.options import OutputFormat
from tests.clips import Seen, moving, scene, seen

WRITTEN = [OutputFormat.GIF, OutputFormat.PNG, OutputFormat.WEBP]


def write(
    frames: list[Pixels],
    fmt: OutputFormat,
    seconds: list[Fraction] | None = None,
    plays: int = FOREVER,
    alphas: list[Pixels] | None = None,
) -> tuple[bytes, Seen]:
    pictures = (
        Picture(frame, alphas[index] if alphas else None) for index, frame in enumerate(frames)
    )
    times = seconds or [Fraction(1, 10)] * len(frames)
    data = encode_clip(pictures, fmt, 90, times, plays, transparent=alphas is not None)
    return data, seen(data)


@pytest.mark.parametrize("fmt", WRITTEN)
def test_frames_are_written_as_they_are(fmt: OutputFormat) -> None:
    frames = moving(5)
    _, shown = write(frames, fmt)
    assert shown.kind == fmt.value.upper()
    assert len(shown.frames) == 5
    for frame, expected in zip(shown.frames, frames, strict=True):
        assert (frame[..., 3] == 255).all()
        difference = np.abs(frame[..., :3].astype(int) - expected).mean()
        assert difference < {"gif": 10, "png": 0.001, "webp": 4}[fmt.value]


@pytest.mark.parametrize("fmt", WRITTEN)
def test_what_stays_has_the_same_colours_in_all_frames(fmt: OutputFormat) -> None:
    frames = moving(12, step=4)
    _, shown = write(frames, fmt)
    still = ~np.any([(frame != frames[0]).any(axis=2) for frame in frames], axis=0)
    # WebP's blocks of 16 pixels and its filter spread a change a little.
    still[: 22 + 20, : 80 + 20] = False
    assert len(shown.frames) == 12
    for frame in shown.frames[1:]:
        np.testing.assert_array_equal(frame[still], shown.frames[0][still])


@pytest.mark.parametrize("fmt", WRITTEN)
def test_times_are_kept(fmt: OutputFormat) -> None:
    times = [Fraction(0), Fraction(3, 100), Fraction(1, 2), Fraction(12)]
    _, shown = write(moving(4), fmt, times)
    assert shown.milliseconds == [0, 30, 500, 12_000]


def test_what_a_format_cannot_tell_is_made_up_for() -> None:
    thirtieth = [Fraction(1, 30)] * 31
    frames = moving(31, 16, 300)
    _, gif = write(frames, OutputFormat.GIF, thirtieth)
    assert set(gif.milliseconds) == {30, 40}
    assert sum(gif.milliseconds) == pytest.approx(1000 * 31 / 30, abs=5)
    _, webp = write(frames, OutputFormat.WEBP, thirtieth)
    assert sum(webp.milliseconds) == pytest.approx(1000 * 31 / 30, abs=0.5)
    _, png = write(frames, OutputFormat.PNG, thirtieth)
    assert png.milliseconds == pytest.approx([1000 / 30] * 31)


def test_too_short_for_a_gif_is_a_hundredth_and_too_long_the_most() -> None:
    _, shown = write(moving(3), OutputFormat.GIF, [Fraction(1, 1000)] * 2 + [Fraction(1000)])
    assert shown.milliseconds == [10, 10, 655_350]
    # What one frame can't tell isn't the next one's.
    _, shown = write(moving(2), OutputFormat.GIF, [Fraction(16_777), Fraction(1, 10)])
    assert shown.milliseconds == [655_350, 100]
    _, shown = write(moving(2), OutputFormat.PNG, [Fraction(65_535), Fraction(355_000, 113)])
    assert shown.milliseconds == pytest.approx([65_535_000, 3_141_592.9], rel=1e-5)


@pytest.mark.parametrize("fmt", WRITTEN)
@pytest.mark.parametrize("plays", [FOREVER, 1, 2, 300])
def test_how_often_it_is_shown(fmt: OutputFormat, plays: int) -> None:
    data, _ = write(moving(2), fmt, plays=plays)
    header = read_header(data, 10)
    assert header is not None
    assert header.plays == plays


@pytest.mark.parametrize("fmt", WRITTEN)
@pytest.mark.parametrize("plays", [65_536, 65_537, 2**31, 2**32 - 1])
def test_oftener_than_a_format_can_tell_is_as_often_as_it_can(
    fmt: OutputFormat, plays: int
) -> None:
    data, _ = write(moving(2), fmt, plays=plays)
    header = read_header(data, 10)
    assert header is not None
    assert 65_535 <= header.plays <= plays


def test_longer_than_a_webp_can_tell_is_the_longest() -> None:
    _, shown = write(moving(3), OutputFormat.WEBP, [Fraction(20_000), Fraction(1), Fraction(2)])
    assert shown.milliseconds == [2**24 - 1, 1000, 2000]
    _, shown = write(moving(200, 8, 8), OutputFormat.WEBP, [Fraction(65_535)] * 200)
    assert shown.milliseconds == [2**31 // 200] * 200


@pytest.mark.parametrize("fmt", WRITTEN)
def test_transparency_comes_and_goes(fmt: OutputFormat) -> None:
    alphas = []
    for index in range(4):
        alpha = np.zeros((96, 128), np.uint8)
        alpha[20:60, 20 * index : 20 * index + 40] = 255
        alphas.append(alpha)
    _, shown = write([scene()] * 4, fmt, alphas=alphas)
    for frame, alpha in zip(shown.frames, alphas, strict=True):
        np.testing.assert_array_equal(frame[..., 3], alpha)


def test_a_clip_without_an_opaque_pixel() -> None:
    clear = np.zeros((96, 128), np.uint8)
    _, shown = write(moving(2), OutputFormat.GIF, alphas=[clear, clear])
    assert not np.stack(shown.frames)[..., 3].any()


@pytest.mark.parametrize("fmt", WRITTEN)
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (17, 5)])
def test_small_sizes(fmt: OutputFormat, size: tuple[int, int]) -> None:
    frames = [scene(*size), 255 - scene(*size)]
    _, shown = write(frames, fmt)
    assert [frame.shape for frame in shown.frames] == [(*size, 4)] * 2


@pytest.mark.parametrize("fmt", [OutputFormat.GIF, OutputFormat.PNG])
def test_a_frame_that_repeats_the_one_before(fmt: OutputFormat) -> None:
    frames = [scene(), scene(), 255 - scene()]
    _, shown = write(frames, fmt)
    assert sum(shown.milliseconds) == 300
    assert [len(frame) for frame in shown.frames] == [96] * 3


def test_few_colours_stay_exact_in_a_gif() -> None:
    frames = [np.full((20, 20, 3), color, np.uint8) for color in ((255, 0, 0), (0, 80, 255))]
    _, shown = write(frames, OutputFormat.GIF)
    for frame, expected in zip(shown.frames, frames, strict=True):
        np.testing.assert_array_equal(frame[..., :3], expected)
