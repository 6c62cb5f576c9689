"""GIF files, of one frame or many.

All frames share one palette, chosen from all of them, and none is dithered: what looks alike in two
frames has the same colours in both. Pillow's writer would choose a palette for each frame.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from anime_inference.logic.clip.changes import window_of
from anime_inference.logic.picture import Picture, Pixels

# Which pixels of a frame are seen through: `bool[H, W]`.
_Mask: TypeAlias = NDArray[np.bool_]

# Colours of the palette; the one after them is no colour: the pixel stays as it was.
_COLORS: Final = 255
_OPAQUE_FROM: Final = 128
# Of all frames together, from which the palette is chosen.
_SAMPLE_PIXELS: Final = 1_000_000
# Both have two bytes.
_LONGEST_HUNDREDTHS: Final = 65_535
_MOST_LOOPS: Final = 65_535
# What becomes of a frame when its time is over.
_STAYS, _IS_CLEARED = 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    rgb: Pixels
    clear: _Mask | None


def write_gif(pictures: Iterable[Picture], seconds: Sequence[Fraction], plays: int) -> bytes:
    """A GIF file; of transparency, it keeps whether a pixel is more than half opaque.

    Args:
        pictures: of one size; all are held until the last one has come.
        seconds: how long each is shown. It is told in hundredths; what rounding takes from one
            frame is given to the next.
        plays: how often all are shown; 0: without end.
    """
    frames = [_held(picture) for picture in pictures]
    palette = _palette(frames)
    some_clear = any(frame.clear is not None for frame in frames)
    height, width = frames[0].rgb.shape[:2]
    parts = [_header(width, height, palette, plays)]
    before: Pixels | None = None
    for frame, hundredths in zip(frames, _hundredths(seconds), strict=True):
        indices = _indices(frame, palette)
        if some_clear:
            # A pixel can only be cleared together with the frame that drew it.
            parts += _image(indices, (0, 0), hundredths, _IS_CLEARED)
        else:
            part, place = _change(before, indices)
            parts += _image(part, place, hundredths, _STAYS)
        before = indices
    return b"".join((*parts, b";"))


def _held(picture: Picture) -> _Frame:
    clear = None if picture.alpha is None else picture.alpha < _OPAQUE_FROM
    return _Frame(picture.rgb, clear if clear is not None and clear.any() else None)


def _palette(frames: Sequence[_Frame]) -> Image.Image:
    """An image with the palette of all frames."""
    step = -(-sum(frame.rgb[..., 0].size for frame in frames) // _SAMPLE_PIXELS)
    samples = np.concatenate(
        [
            (frame.rgb.reshape(-1, 3) if frame.clear is None else frame.rgb[~frame.clear])[::step]
            for frame in frames
        ]
    )
    if len(samples) == 0:
        samples = np.zeros((1, 3), np.uint8)
    return Image.fromarray(samples[None]).quantize(_COLORS, Image.Quantize.MEDIANCUT)


def _indices(frame: _Frame, palette: Image.Image) -> Pixels:
    image = Image.fromarray(np.ascontiguousarray(frame.rgb))
    indices = np.array(image.quantize(palette=palette, dither=Image.Dither.NONE))
    if frame.clear is not None:
        indices[frame.clear] = _COLORS
    return indices


def _change(before: Pixels | None, after: Pixels) -> tuple[Pixels, tuple[int, int]]:
    """The part of a frame that isn't as before, and its place: left, top. It has a pixel at least.

    What stays in it has no colour.
    """
    if before is None:
        return after, (0, 0)
    changed = before != after
    window = window_of(changed)
    if window is None:
        return np.full((1, 1), _COLORS, np.uint8), (0, 0)
    part = np.where(changed[window], after[window], np.uint8(_COLORS))
    return part, (window[1].start, window[0].start)


def _hundredths(seconds: Sequence[Fraction]) -> Iterator[int]:
    told, due = 0, Fraction(0)
    for each in seconds:
        # What is beyond a frame's longest time is lost to it, and isn't the next one's.
        due = min(due + each * 100, Fraction(told + _LONGEST_HUNDREDTHS))
        # None at all means to players that they may choose.
        hundredths = max(round(due) - told, int(each > 0))
        told += hundredths
        yield hundredths


def _header(width: int, height: int, palette: Image.Image, plays: int) -> bytes:
    colors = bytes(palette.getpalette() or ())[: 3 * _COLORS].ljust(3 * 256, b"\0")
    # 256 colours for all frames, of 8 bits; the last is the background.
    screen = struct.pack("<6sHHBBB", b"GIF89a", width, height, 0b1111_0111, _COLORS, 0)
    if plays == 1:
        return screen + colors
    loops = min(max(0, plays - 1), _MOST_LOOPS)
    repeated = struct.pack("<3s11sBBHB", b"!\xff\x0b", b"NETSCAPE2.0", 3, 1, loops, 0)
    return screen + colors + repeated


def _image(indices: Pixels, place: tuple[int, int], hundredths: int, disposal: int) -> list[bytes]:
    return GifImagePlugin.getdata(
        Image.fromarray(indices),
        place,
        duration=10 * hundredths,
        disposal=disposal,
        transparency=_COLORS,
    )
