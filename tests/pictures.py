"""Pictures and files that tests are fed with, made on the spot."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

from anime_inference.logic.picture import Pixels


def gradient(height: int = 48, width: int = 64) -> Pixels:
    """A smooth RGB ``uint8[height, width, 3]``: red grows to the right, green downwards."""
    across = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    down = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return np.stack((across, down, 255 - across), axis=2).astype(np.uint8)


def file_of(pixels: Pixels | Image.Image, fmt: str = "PNG", **options: Any) -> bytes:
    """The pixels as a file."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, format=fmt, **options)
    return buffer.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes whose header announces any size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * min(100_000_000, (width // 8 + 1) * height), 9)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b""))
    )


def opened(data: bytes) -> Image.Image:
    """A written file, read again by Pillow."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
