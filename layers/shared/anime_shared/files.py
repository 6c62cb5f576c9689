"""Writing files as one expects: never half-written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def atomic_file(target: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which is at ``target`` as a whole afterwards, or not at all.

    Makes missing folders. If the block raises, what was there before stands.

    Raises:
        OSError: the disk is full or can't be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:64]}.")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(0o644)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def write_atomically(target: Path, data: bytes) -> None:
    """Write a file as :func:`atomic_file` does.

    Raises:
        OSError: the disk is full or can't be written; what was there before stands.
    """
    with atomic_file(target) as file:
        file.write(data)
