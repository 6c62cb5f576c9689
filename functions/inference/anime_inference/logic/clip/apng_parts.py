"""The frames of an APNG (PNG, third edition, 2025, section 11.3.6), each as a PNG of its own."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count, islice
from typing import Final, TypeAlias

from anime_inference.logic.clip.part import Disposal, Part, Place
from anime_shared.errors import BrokenPicture

_Bytes: TypeAlias = bytes | memoryview

_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
# What tells of the colours of all frames. An orientation is the clip's, not a frame's.
_COLORS: Final = (b"PLTE", b"tRNS", b"iCCP")
_READ: Final = (*_COLORS, b"IHDR", b"IDAT", b"fcTL", b"fdAT")
_CONTROL: Final = struct.Struct(">4xIIIIHHBB")
_DISPOSALS: Final = {1: Disposal.IS_CLEARED, 2: Disposal.IS_UNDONE}
_SOURCE: Final = 0
# Of a second, where a frame doesn't say.
_HUNDREDTHS: Final = 100


@dataclass(frozen=True, slots=True)
class _Frame:
    control: _Bytes
    pixels: list[_Bytes] = field(default_factory=list)


def parts_of_apng(data: bytes, frames: int) -> Iterator[Part]:
    """The first frames of an APNG; a still that is none of them isn't among them.

    Raises:
        BrokenPicture: one is missing or damaged, or isn't where its number says.
    """
    header: _Bytes = b""
    colors: list[bytes] = []
    found: list[_Frame] = []
    numbers = count()
    for kind, body in _chunks(memoryview(data)):
        if kind == b"IHDR":
            header = body
        elif kind in _COLORS:
            colors.append(_chunk(kind, body))
        elif kind == b"IDAT":
            if found:
                found[-1].pixels.append(body)
        elif int.from_bytes(body[:4], "big") != next(numbers):
            raise _broken()
        elif kind == b"fcTL":
            found.append(_Frame(body))
        else:
            found[-1].pixels.append(body[4:])
    if len(found) < frames:
        raise _broken()
    return (_part(header, colors, frame) for frame in islice(found, frames))


def _part(header: _Bytes, colors: list[bytes], frame: _Frame) -> Part:
    width, height, left, top, numerator, denominator, disposal, blend = _CONTROL.unpack(
        frame.control
    )
    canvas = struct.unpack_from(">II", header)
    if left + width > canvas[0] or top + height > canvas[1]:
        raise _broken()
    still = (
        _MAGIC,
        _chunk(b"IHDR", struct.pack(">II", width, height) + header[8:]),
        *colors,
        _chunk(b"IDAT", b"".join(frame.pixels)),
        _chunk(b"IEND", b""),
    )
    return Part(
        b"".join(still),
        Place(left, top, width, height),
        Fraction(numerator, denominator or _HUNDREDTHS),
        replaces=blend == _SOURCE,
        disposal=_DISPOSALS.get(disposal, Disposal.STAYS),
    )


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Those that are read here, up to the end mark or the end of the data."""
    at, kind = len(_MAGIC), b""
    while at < len(data) and kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        named, end = data[at + 4 : at + 8 + length], at + 12 + length
        if kind in _READ:
            if end > len(data) or zlib.crc32(named) != int.from_bytes(data[end - 4 : end], "big"):
                raise _broken()
            yield kind, named[4:]
        at = end


def _chunk(kind: bytes, body: _Bytes) -> bytes:
    named = kind + body
    return struct.pack(">I", len(body)) + named + struct.pack(">I", zlib.crc32(named))


def _broken() -> BrokenPicture:
    return BrokenPicture("image: the animated file is cut short or damaged", field="image")
