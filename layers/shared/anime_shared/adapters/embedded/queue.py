"""Queues in an SQLite table."""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Sequence
from typing import Final

from anime_shared.adapters.embedded.database import Database
from anime_shared.ports.queue import Message

# A data folder may be older than this code: columns keep their names. `receive_count` counts the
# deliveries, `receipt` is the handle of the last one.
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    since REAL NOT NULL,
    visible_at REAL NOT NULL,
    receive_count INTEGER NOT NULL DEFAULT 0,
    receipt TEXT
);
CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue)
"""
_POLL_SECONDS: Final = 0.05
# Beyond what a clock is corrected by in passing; in seconds.
_CLOCK_SLACK: Final = 1.0
# What was hidden in the future was so before the clock was set back: nobody knows for how long.
_OLDEST: Final = """
SELECT id, body, receive_count FROM messages
WHERE queue = ? AND (visible_at <= ? OR since > ?) ORDER BY id LIMIT 1
"""
_BURY: Final = """
UPDATE messages SET queue = ?, since = ?, receive_count = 0, receipt = NULL WHERE id = ?
"""
_TAKE: Final = """
UPDATE messages SET since = ?, visible_at = ?, receive_count = ?, receipt = ? WHERE id = ?
"""


class SqliteQueue:
    """A ``Queue`` by its name, in a database of this schema; the oldest message comes first.

    A message that was delivered ``max_deliveries`` times goes to the queue ``dead_letters``
    instead of being delivered again; where that is ``None``, it stays. ``visibility_timeout`` is
    in seconds.
    """

    def __init__(
        self,
        database: Database,
        name: str,
        visibility_timeout: float,
        max_deliveries: int,
        dead_letters: str | None,
    ) -> None:
        self._database = database
        self._name = name
        self._visibility_timeout = visibility_timeout
        self._max_deliveries = max_deliveries
        self._dead_letters = dead_letters

    def send(self, bodies: Sequence[str]) -> None:
        """Put messages in the queue, all or none. They are safe when this returns."""
        now = time.time()
        with self._database.write() as connection:
            connection.executemany(
                "INSERT INTO messages (queue, body, since, visible_at) VALUES (?, ?, ?, ?)",
                [(self._name, body, now, now) for body in bodies],
            )

    def receive(self, wait_seconds: float) -> Message | None:
        """The next message; ``None`` if none came within ``wait_seconds``."""
        deadline = time.monotonic() + wait_seconds
        while True:
            message = self._take() if self._any() else None
            left = deadline - time.monotonic()
            if message is not None or left <= 0:
                return message
            time.sleep(min(_POLL_SECONDS, left))

    def delete(self, message: Message) -> None:
        """Done; nothing happens if the message was delivered again since."""
        with self._database.write() as connection:
            connection.execute(
                "DELETE FROM messages WHERE id = ? AND receipt = ?", (message.id, message.handle)
            )

    def hide(self, message: Message, seconds: float) -> None:
        """Hide it for so many seconds from now on, unless it was delivered again since."""
        now = time.time()
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET since = ?, visible_at = ? WHERE id = ? AND receipt = ?",
                (now, now + seconds, message.id, message.handle),
            )

    def depth(self) -> int:
        """How many messages there are, hidden ones included."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT COUNT(*) FROM messages WHERE queue = ?", (self._name,)
            ).fetchone()
        return int(row[0])

    def age(self) -> float:
        """Seconds that the oldest message has been there, if it is hidden, too; 0 if none is."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT MIN(since) FROM messages WHERE queue = ?", (self._name,)
            ).fetchone()
        return 0.0 if row[0] is None else max(0.0, time.time() - float(row[0]))

    def _any(self) -> bool:
        # Waiting must not take the lock that writers need.
        with self._database.read() as connection:
            return self._oldest(connection, time.time()) is not None

    def _take(self) -> Message | None:
        now = time.time()
        with self._database.write() as connection:
            while (row := self._oldest(connection, now)) is not None:
                number, body, delivered = row
                if self._dead_letters is not None and delivered >= self._max_deliveries:
                    connection.execute(_BURY, (self._dead_letters, now, number))
                    continue
                handle = secrets.token_hex(16)
                hidden_until = now + self._visibility_timeout
                connection.execute(_TAKE, (now, hidden_until, delivered + 1, handle, number))
                return Message(str(number), body, delivered + 1, handle)
        return None

    def _oldest(self, connection: sqlite3.Connection, now: float) -> tuple[int, str, int] | None:
        row: tuple[int, str, int] | None = connection.execute(
            _OLDEST, (self._name, now, now + _CLOCK_SLACK)
        ).fetchone()
        return row
