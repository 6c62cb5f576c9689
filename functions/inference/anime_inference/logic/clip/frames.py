"""The frames of an animated file, one at a time, each as a whole picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from anime_inference.logic.clip.header import ClipHeader, read_header
from anime_inference.logic.decode import check_bytes, check_size, typed_errors
from anime_inference.logic.effort import check_effort
from anime_inference.logic.limits import ClipLimits, DecodeLimits
from anime_inference.logic.normalise import normalise
from anime_inference.logic.picture import Picture
from anime_shared.errors import BrokenPicture, ClipTooLong

# Of the two numbers by which an APNG tells a time.
_LARGEST_DENOMINATOR: Final = 65_535
# What Pillow turns an image by.
_TURNING: Final = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame as it is seen, and for how long; some files say 0 seconds."""

    picture: Picture
    seconds: Fraction


def open_clip(data: bytes, decode: DecodeLimits, clip: ClipLimits) -> ClipHeader | None:
    """What an animated file tells of itself, its budgets checked; ``None`` if it is a still.

    Raises:
        EmptyPicture: no bytes.
        UploadTooLarge: too many of them.
        BrokenPicture: it is animated, and ends too early.
        PictureTooLarge: its canvas has too many pixels.
        ClipTooLong: it has too many frames, or all of them have too many pixels.
        PictureTooComplex: it is built to take far more work than that.
    """
    check_bytes(len(data), decode.max_bytes)
    check_effort(data)
    header = read_header(data, clip.max_frames)
    if header is None:
        return None
    check_size(header.width, header.height, decode.max_pixels)
    if header.frames > clip.max_frames:
        raise ClipTooLong(
            f"image: it has more than {clip.max_frames} frames, which is the limit; "
            "animate=false paints the first one",
            field="image",
            limit=clip.max_frames,
        )
    pixels = header.frames * header.width * header.height
    if pixels > clip.max_pixels:
        raise ClipTooLong(
            f"image: {header.frames} frames of {header.width} x {header.height} are "
            f"{pixels / 1e6:.1f} megapixels together, the limit is {clip.max_pixels / 1e6:.1f}; "
            "animate=false paints the first one",
            field="image",
            limit=clip.max_pixels,
        )
    return header


def read_frames(data: bytes, header: ClipHeader) -> Iterator[Frame]:
    """Every frame, upright and in sRGB like a still; one is held at a time.

    All have the size of the first: what a GIF's frames draw beyond it isn't seen.

    Raises:
        BrokenPicture: a frame is missing, damaged or cut short.
    """
    with typed_errors(), _opened(data, header) as image:
        turn: dict[str | tuple[int, int], Any] = {}
        size = None
        for index in range(header.skipped, header.skipped + header.frames):
            image.seek(index)
            image.load()
            frame = image.copy()
            if size is None:
                turn = {name: frame.info[name] for name in _TURNING if name in frame.info}
                size = frame.size
            if frame.size != size:
                frame = frame.crop((0, 0, *size))
            # What an APNG says behind its frames must turn all of them, or none.
            for name in _TURNING:
                frame.info.pop(name, None)
            frame.info.update(turn)
            seconds = Fraction(image.info.get("duration", 0) / 1000)
            yield Frame(normalise(frame), seconds.limit_denominator(_LARGEST_DENOMINATOR))


def _opened(data: bytes, header: ClipHeader) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=(header.kind.value.upper(),))
    except UnidentifiedImageError:
        # It has shown that it is a picture.
        raise BrokenPicture("image: the animated file is damaged", field="image") from None
