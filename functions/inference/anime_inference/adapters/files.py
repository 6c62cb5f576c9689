"""Reading and writing files as one expects: bounded, and never half-written."""

from __future__ import annotations

import os
import tempfile
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


def write_atomically(target: Path, data: bytes) -> None:
    """Write a file that is there as a whole or not at all; makes missing folders.

    Raises:
        OSError: the disk is full or can't be written; what was there before stands.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:64]}.")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o644)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
