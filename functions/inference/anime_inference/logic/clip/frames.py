"""The frames of an animated file, one at a time, each as a whole picture."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from PIL import Image, UnidentifiedImageError

from anime_inference.logic.clip.apng_parts import parts_of_apng
from anime_inference.logic.clip.gif_parts import parts_of_gif
from anime_inference.logic.clip.header import ClipHeader, read_header
from anime_inference.logic.clip.screen import Screen
from anime_inference.logic.decode import check_bytes, check_size, typed_errors
from anime_inference.logic.effort import check_effort
from anime_inference.logic.limits import ClipLimits, DecodeLimits
from anime_inference.logic.normalise import in_srgb, turn_of, turned
from anime_inference.logic.picture import Picture
from anime_shared.errors import BrokenPicture, ClipTooLong
from anime_shared.options import OutputFormat


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

    All have the size of the screen: what a GIF's frames draw beyond it isn't seen.

    Raises:
        BrokenPicture: a frame is missing, damaged or cut short.
    """
    with typed_errors(), _opened(data, header.kind) as image:
        # Told before the first pixels, or no frame is turned.
        turn = turn_of(image)
        for picture, seconds in _shown(data, header, image):
            yield Frame(turned(picture, turn), seconds)


def _shown(
    data: bytes, header: ClipHeader, image: Image.Image
) -> Iterator[tuple[Picture, Fraction]]:
    if header.kind is OutputFormat.WEBP:
        # Put together by libwebp, as everybody does it.
        for index in range(header.frames):
            image.seek(index)
            image.load()
            yield in_srgb(image.copy()), Fraction(image.info["duration"]) / 1000
        return
    parts = parts_of_gif if header.kind is OutputFormat.GIF else parts_of_apng
    screen = Screen(*image.size)
    for part in parts(data, header.frames):
        with _opened(part.data, header.kind) as still:
            still.load()
            yield screen.draw(part, in_srgb(still)), part.seconds


def _opened(data: bytes, kind: OutputFormat) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=(kind.value.upper(),))
    except UnidentifiedImageError:
        # It has shown that it is a picture.
        raise BrokenPicture("image: the animated file is damaged", field="image") from None
