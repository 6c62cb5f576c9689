"""What the disk says, in words that a client may read."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from anime_shared.errors import StorageUnavailable

_FULL = "the disk is full"
_READ_ONLY = "the disk can't be written"
_OF_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
}
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_BUSY: "the store is busy",
}
_OTHERWISE = "the store can't be read or written"


@contextmanager
def told_as_unavailable() -> Iterator[None]:
    """Raise ``StorageUnavailable`` for whatever the system or SQLite raises in the block."""
    try:
        yield
    except OSError as error:
        raise StorageUnavailable(_OF_SYSTEM.get(error.errno or 0, _OTHERWISE)) from error
    except sqlite3.Error as error:
        # The lower byte is the kind of error, the rest its finer points.
        kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
        raise StorageUnavailable(_OF_SQLITE.get(kind, _OTHERWISE)) from error
