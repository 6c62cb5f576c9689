"""APNG files: PNG files with more than one frame (PNG, third edition, 2025).

Pillow's writer would go through all frames twice, and hold all of them.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
from PIL import Image

from anime_inference.logic.clip.changes import changes_between, window_of
from anime_inference.logic.picture import Pixels

_Chunk: TypeAlias = tuple[bytes, bytes]

_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
# Numerator and denominator of a time have two bytes each.
_LARGEST: Final = 65_535
_COMPRESS_LEVEL: Final = 3
# What becomes of a frame when its time is over, and how it meets what is there.
_STAYS, _REPLACES = 0, 0


def write_apng(
    frames: Iterable[Pixels], seconds: Sequence[Fraction], plays: int, profile: bytes
) -> bytes:
    """An APNG file; of each frame after the first, it holds what changed.

    Args:
        frames: ``uint8[H, W, 3]`` RGB or ``uint8[H, W, 4]`` with alpha, all of one shape.
        seconds: how long each is shown.
        plays: how often all are shown; 0: without end.
        profile: ICC, of the colours.
    """
    parts = [_MAGIC]
    sequence = 0
    before: Pixels | None = None
    for frame, duration in zip(frames, seconds, strict=True):
        part, place = _change(before, frame)
        chunks = list(_chunks(part, profile))
        control = _control(sequence, part, place, duration)
        sequence += 1
        if before is None:
            parts += [_chunk(*chunk) for chunk in chunks if chunk[0] not in (b"IDAT", b"IEND")]
            parts.append(_chunk(b"acTL", struct.pack(">II", len(seconds), plays)))
        parts.append(_chunk(b"fcTL", control))
        for kind, body in chunks:
            if kind != b"IDAT":
                continue
            if before is None:
                parts.append(_chunk(b"IDAT", body))
            else:
                parts.append(_chunk(b"fdAT", struct.pack(">I", sequence) + body))
                sequence += 1
        before = frame
    return b"".join((*parts, _chunk(b"IEND", b"")))


def _change(before: Pixels | None, after: Pixels) -> tuple[Pixels, tuple[int, int]]:
    """The part of a frame that isn't as before, at least a pixel, and its place: left, top."""
    if before is None:
        return after, (0, 0)
    window = window_of(changes_between(before, after))
    if window is None:
        return after[:1, :1], (0, 0)
    return after[window], (window[1].start, window[0].start)


def _control(sequence: int, part: Pixels, place: tuple[int, int], seconds: Fraction) -> bytes:
    height, width = part.shape[:2]
    told = min(seconds.limit_denominator(_LARGEST), Fraction(_LARGEST))
    if told.numerator > _LARGEST:
        told = told.limit_denominator(max(1, int(_LARGEST / told)))
    return struct.pack(
        ">IIIIIHHBB",
        sequence,
        width,
        height,
        *place,
        told.numerator,
        told.denominator,
        _STAYS,
        _REPLACES,
    )


def _chunks(pixels: Pixels, profile: bytes) -> Iterator[_Chunk]:
    """Those of a still PNG."""
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.save(buffer, "PNG", compress_level=_COMPRESS_LEVEL, icc_profile=profile)
    data, at = buffer.getvalue(), len(_MAGIC)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        yield data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
