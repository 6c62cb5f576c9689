"""Writing files as one expects: never half-written."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def atomic_file(target: Path) -> Iterator[IO[bytes]]:
    """A file to write to, which is at ``target`` as a whole afterwards, or not at all.

    After a power cut, too. Makes missing folders. If the block raises, what was there before
    stands.

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
        _keep(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def write_atomically(target: Path, data: bytes) -> None:
    """Write a file as :func:`atomic_file` does.

    Raises:
        OSError: the disk is full or can't be written; what was there before stands.
    """
    with atomic_file(target) as file:
        file.write(data)


def _keep(folder: Path) -> None:
    # Or a power cut takes a file's name away that others have been told of.
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            # A file system of the network may know no such thing.
            if error.errno != errno.EINVAL:
                raise
        finally:
            os.close(descriptor)
