"""Where the records of uploads, jobs and batches lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes:
        key: unique; says what it is, too: ``job#...``, ``upload#...``.
        body: JSON.
        expires_at: seconds since 1970 UTC; later it may vanish at any time.
        version: which write of it this is.
    """

    key: str
    body: str
    expires_at: int
    version: int


class JobStore(Protocol):
    """Records by key, written only if they are as the writer believes (optimistic locking).

    A read sees every write that was finished before it.

    Raises:
        StorageUnavailable: from every method, if the store can't be read or written.
    """

    def get(self, key: str) -> Record | None:
        """The record; ``None`` if there is none."""

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """The records that there are, by key."""

    def create(self, key: str, body: str, expires_at: int) -> bool:
        """Write a new record; ``False`` and nothing happens if the key is taken."""

    def replace(self, record: Record, body: str) -> bool:
        """Write over a record; ``False`` and nothing happens if it was changed or deleted since."""

    def delete(self, key: str) -> None:
        """Remove a record; nothing happens if there is none."""
