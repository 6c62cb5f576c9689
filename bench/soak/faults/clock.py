"""The clock is set while the server runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from bench.soak.crowd import Crowd
from bench.soak.faults.base import Fault
from bench.soak.stack import Stack
from bench.soak.system import Clock


class _ClockSet(Fault):
    by: ClassVar[float]
    _clock: Clock

    @contextmanager
    def stack(self, folder: Path) -> Iterator[Stack]:
        """By a clock of its own."""
        self._clock = Clock(folder)
        with Stack(folder, settings=self._clock.settings).running() as running:
            yield running

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Set it, and leave it so."""
        self._clock.set(self.by)
        moment = time.monotonic()
        await asyncio.sleep(seconds)
        return moment


class ClockForward(_ClockSet):
    """As after a laptop's sleep."""

    name = "clock set forward"
    does = "the clock jumps one hour ahead: links and leases are over"
    expected = ("403 bad-signature", "410 upload-expired")
    by = 3600


class ClockBack(_ClockSet):
    """As by the first time signal after a wrong start."""

    name = "clock set back"
    does = "the clock jumps one hour back: what is hidden for seconds would be so for an hour"
    by = -3600
