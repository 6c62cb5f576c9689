"""One load, or one fault under load, from its start to what came of it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.soak.crowd import Crowd, Load
from bench.soak.diary import Diary
from bench.soak.faults.base import Fault
from bench.soak.stack import Stack
from bench.soak.waiting import until

_CLIENTS: Final = 8
_SIDES: Final = (128, 192, 256)
# Who waits for a job orders nothing: these are who meets the fault.
_NEWCOMERS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of the parts of a fault's trial.

    Attributes:
        before: while all is well.
        fault: while it lasts, where it does.
        after: that it may take until orders are served again.
    """

    before: float
    fault: float
    after: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it.

    Attributes:
        diary: of the clients.
        seconds: that they ordered.
        recovered: from the end of the cause until new orders were served; ``None`` if never.
        skipped: why it wasn't tried, if it wasn't.
    """

    diary: Diary
    seconds: float
    recovered: float | None = None
    skipped: str | None = None


async def under_load(clients: int, seconds: float) -> Trial:
    """So many clients for so many seconds.

    Raises:
        RuntimeError: the server doesn't start.
    """
    with tempfile.TemporaryDirectory() as folder, Stack(Path(folder)).running() as stack:
        crowd = Crowd(stack.url, Load(clients))
        async with crowd.working():
            await asyncio.sleep(seconds)
    return Trial(crowd.diary, seconds)


async def with_fault(fault: Fault, times: Times) -> Trial:
    """A few clients work, something goes wrong, and they go on until they are served again.

    Raises:
        RuntimeError: the server doesn't start, or the system doesn't do what the fault needs.
    """
    why = fault.missing()
    if why is not None:
        return Trial(Diary(), 0, skipped=why)
    with tempfile.TemporaryDirectory() as folder, fault.stack(Path(folder)) as stack:
        load = Load(_CLIENTS, _SIDES, fault.style, fault.expected, newcomers=_NEWCOMERS)
        crowd = Crowd(stack.url, load)
        begun = time.monotonic()
        async with crowd.working():
            await asyncio.sleep(times.before)
            gone = await fault.strike(stack, crowd, times.fault)
            end = max(gone, time.monotonic()) + times.after
            await until(lambda: crowd.diary.served_after(gone) is not None, end)
        seconds = time.monotonic() - begun
    return Trial(crowd.diary, seconds, crowd.diary.served_after(gone))
