"""Records in an SQLite table."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Final

from anime_shared.adapters.embedded.database import Database
from anime_shared.ports.job_store import Record

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS records (
    key TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    version INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS records_by_expiry ON records (expires_at)
"""


class SqliteJobStore:
    """A ``JobStore`` in a database of this schema."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str) -> Record | None:
        """The record; ``None`` if there is none."""
        return self.get_many([key]).get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """The records that there are, by key."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT key, body, expires_at, version FROM records"
                " WHERE key IN (SELECT value FROM json_each(?))",
                (json.dumps(keys),),
            ).fetchall()
        return {row[0]: Record(*row) for row in rows}

    def create(self, key: str, body: str, expires_at: int) -> bool:
        """Write a new record; ``False`` and nothing happens if the key is taken."""
        # Not 1, so that a record that is deleted and made anew doesn't pass for the old one.
        version = time.time_ns()
        with self._database.write() as connection:
            done = connection.execute(
                "INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?)",
                (key, body, expires_at, version),
            )
        return done.rowcount == 1

    def replace(self, record: Record, body: str) -> bool:
        """Write over a record; ``False`` and nothing happens if it was changed or deleted since."""
        with self._database.write() as connection:
            done = connection.execute(
                "UPDATE records SET body = ?, version = version + 1 WHERE key = ? AND version = ?",
                (body, record.key, record.version),
            )
        return done.rowcount == 1

    def delete(self, key: str) -> None:
        """Remove a record; nothing happens if there is none."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM records WHERE key = ?", (key,))
