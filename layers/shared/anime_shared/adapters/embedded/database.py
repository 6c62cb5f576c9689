"""An SQLite file that many threads and processes use at once."""

from __future__ import annotations

import sqlite3
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from anime_shared.adapters.embedded.unavailable import told_as_unavailable
from anime_shared.errors import StorageUnavailable

_BUSY_SECONDS: Final = 10.0


class Database:
    """Connections to one file, each in one thread's hands at a time.

    Its file and tables are made if they are missing. What was committed is on the disk, also
    after a power cut. ``close()`` closes the connections that nobody uses; so does its end.

    Raises:
        StorageUnavailable: from every method, if the file can't be read or written.
    """

    def __init__(self, file: Path, schema: str) -> None:
        self._file = file
        self._idle: deque[sqlite3.Connection] = deque()
        # SQLite's own waiting for its lock is neither fair nor quick.
        self._writing = threading.Lock()
        self.close = weakref.finalize(self, _close, self._idle)
        with self.read() as connection:
            _switch_to_wal(connection)
        with self.write() as connection:
            for statement in schema.split(";"):
                connection.execute(statement)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with; each statement sees all that was written before it."""
        with told_as_unavailable():
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            self._idle.append(connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction; it is undone if the block raises."""
        with self._turn(), self.read() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # While someone else has the file, each would wait here for all before it to give up.
        if not self._writing.acquire(timeout=_BUSY_SECONDS):
            raise StorageUnavailable("the store is busy")
        try:
            yield
        finally:
            self._writing.release()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )


def _close(connections: deque[sqlite3.Connection]) -> None:
    while connections:
        connections.pop().close()


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # Where several processes make the file at once, SQLite doesn't wait here but fails.
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
