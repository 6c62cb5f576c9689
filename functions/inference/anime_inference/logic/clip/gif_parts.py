"""The frames of a GIF, each as a GIF of its own."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from anime_inference.logic.clip.gif_blocks import GifBlocks, GifImage
from anime_inference.logic.clip.part import Disposal, Part

# Some programs write 4 for 3, and browsers take it for that.
_DISPOSALS: Final = {2: Disposal.IS_CLEARED, 3: Disposal.IS_UNDONE, 4: Disposal.IS_UNDONE}
_HAS_CLEAR_COLOR: Final = 0b1


def parts_of_gif(data: bytes, count: int) -> Iterator[Part]:
    """The first ``count`` frames of a GIF that ``read_header`` has gone through."""
    gif = GifBlocks(data)
    gif.walk(count - 1)
    palette = data[gif.palette]
    return (_part(data, palette, image) for image in gif.images)


def _part(data: bytes, palette: bytes, image: GifImage) -> Part:
    flags, time, clear = struct.unpack("<BHB", image.control or bytes(4))
    width, height = image.place.width, image.place.height
    still = (
        struct.pack("<6sHH3s", b"GIF89a", width, height, data[10:13]),
        palette,
        struct.pack("<3sBHBx", b"!\xf9\x04", flags & _HAS_CLEAR_COLOR, 0, clear),
        # The descriptor, at another place.
        struct.pack("<cHHHH", b",", 0, 0, width, height),
        data[image.start + 9 : image.stop],
        b";",
    )
    disposal = _DISPOSALS.get(flags >> 2 & 0b111, Disposal.STAYS)
    seconds = Fraction(time, 100)
    return Part(b"".join(still), image.place, seconds, replaces=False, disposal=disposal)
