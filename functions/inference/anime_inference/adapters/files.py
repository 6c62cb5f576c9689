"""Reading files whose size is not known beforehand."""

from __future__ import annotations

from pathlib import Path

from anime_inference.logic.decode import check_bytes


def read_bounded(file: Path, max_bytes: int) -> bytes:
    """The bytes of a file whose size is checked first.

    Raises:
        EmptyPicture: no bytes.
        UploadTooLarge: over ``max_bytes``.
        OSError: it can't be read.
    """
    check_bytes(file.stat().st_size, max_bytes)
    return file.read_bytes()
