"""How many files become one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Archiver(Protocol):
    """Packs files for a client to fetch at once."""

    def store(self, key: str, files: Iterable[tuple[str, bytes]]) -> None:
        """Pack name and content of each file into the result object ``key``.

        Raises:
            StorageUnavailable: the store, or the disk on the way to it, can't be written.
        """
