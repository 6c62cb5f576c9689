"""Files that are built to take far more work than they weigh, refused by a walk over their blocks.

The decoders bound what a file becomes, not how often they go over it: a JPEG of a few kilobytes can
ask for its picture to be gone over a thousand times. What cameras and programs write stays far
below the limits here.
"""

from __future__ import annotations

import re
from typing import Final

from anime_shared.errors import PictureTooComplex

# Progressive JPEGs of all common programs have 10 or fewer.
MOST_SCANS: Final = 100
# A PNG of 32 MiB in the smallest pieces that are in use, 1 KiB, has a third of it.
MOST_CHUNKS: Final = 100_000

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
# In coded pixels of a JPEG 0xFF is followed by 0, by a restart mark, or it begins a segment.
_SEGMENT: Final = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_START_OF_SCAN, _END = 0xDA, 0xD9
_WITHOUT_LENGTH: Final = {0x01, 0xD8}


def check_effort(data: bytes) -> None:
    """See that a JPEG or PNG keeps its decoder busy no longer than its size tells.

    A GIF's blocks are counted by `clip/header.py`.

    Raises:
        PictureTooComplex: it is built to do so; ``limit`` is of what it has too many.
    """
    if data.startswith(b"\xff\xd8\xff"):
        _check_scans(data)
    elif data.startswith(_PNG_MAGIC):
        _check_chunks(data)


def _check_scans(data: bytes) -> None:
    at, scans = 2, 0
    while (found := _SEGMENT.search(data, at)) is not None:
        kind, at = data[found.end() - 1], found.end()
        if kind == _END:
            return
        if kind == _START_OF_SCAN:
            scans += 1
            if scans > MOST_SCANS:
                raise PictureTooComplex(
                    f"image: a JPEG of more than {MOST_SCANS} scans",
                    field="image",
                    limit=MOST_SCANS,
                )
        if kind not in _WITHOUT_LENGTH:
            at += int.from_bytes(data[at : at + 2], "big")


def _check_chunks(data: bytes) -> None:
    at, chunks = len(_PNG_MAGIC), 0
    while at < len(data):
        at += int.from_bytes(data[at : at + 4], "big") + 12
        chunks += 1
        if chunks > MOST_CHUNKS:
            raise PictureTooComplex(
                f"image: a PNG of more than {MOST_CHUNKS} chunks",
                field="image",
                limit=MOST_CHUNKS,
            )
