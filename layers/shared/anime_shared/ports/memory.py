"""How much memory this process has."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Peak:
    """The most memory of a while.

    Attributes:
        bytes: once the while is over; 0 before.
    """

    def __init__(self) -> None:
        self.bytes = 0


class ProcessMemory(Protocol):
    """Memory of this process, in bytes; safe to call from many threads."""

    def now(self) -> int:
        """What is resident."""

    def peak(self) -> AbstractContextManager[Peak]:
        """The most that is resident while the block runs; two at once see each other's."""
