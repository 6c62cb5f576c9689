"""What a fault is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from bench.soak.crowd import Crowd
from bench.soak.stack import Stack


class Fault:
    """Something that goes wrong while clients work.

    Attributes:
        name: for the table.
        does: what happens, in a few words.
        expected: problems that it explains beside 429 and 503, as ``409 style-not-installed``.
        style: that the clients' photos are painted by.
    """

    name: ClassVar[str]
    does: ClassVar[str]
    expected: ClassVar[tuple[str, ...]] = ()
    style: ClassVar[str] = "hayao"

    def missing(self) -> str | None:
        """Why it can't be tried here; ``None`` if it can."""
        return None

    @contextmanager
    def stack(self, folder: Path) -> Iterator[Stack]:
        """The server that it will hit, running; its files lie in ``folder``."""
        with Stack(folder).running() as running:
            yield running

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:
        """Go wrong, for so many seconds where it lasts; the monotonic time when the cause is gone.

        ``crowd`` is who works meanwhile.
        """
        raise NotImplementedError
