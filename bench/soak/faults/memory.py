"""The kernel has no memory left for the server."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.load.photos import Photos
from bench.soak.connection import Connection
from bench.soak.crowd import Crowd
from bench.soak.faults.base import Fault
from bench.soak.orders import Orders, Photo
from bench.soak.stack import Stack
from bench.soak.system import MemoryGroup
from bench.soak.waiting import until

_MORE_BYTES: Final = 96 * 2**20
_HEAVY_SIDE: Final = 1600
_PATIENCE_SECONDS: Final = 120
_GIVEN_UP: Final = "500 processing-failed"


class OutOfMemory(Fault):
    """A photo needs more than there is, and the kernel kills the process that paints it."""

    name = "out of memory"
    does = (
        "a control group leaves 96 MiB, and a job of 2.6 megapixels needs more: the kernel kills "
        "the worker, until the limit is lifted"
    )

    def __init__(self) -> None:
        self._group = MemoryGroup.find(f"animegan-soak-{os.getpid()}")

    def missing(self) -> str | None:
        """A control group needs root and a kernel with it."""
        if self._group is None:
            return "no control group for memory"
        return None if os.geteuid() == 0 else "a control group needs root"

    @contextmanager
    def stack(self, folder: Path) -> Iterator[Stack]:
        """In a group of its own."""
        assert self._group is not None
        with self._group.made() as before, Stack(folder, before=before).running() as running:
            yield running

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:
        """Take the memory away, order something large, give the memory back."""
        assert self._group is not None
        connection = Connection(stack.url, crowd.diary, (), _PATIENCE_SECONDS)
        # Who orders it may be told that it was tried as often as is allowed.
        orders = Orders(connection, self.style, _PATIENCE_SECONDS, (_GIVEN_UP,))
        data = await asyncio.to_thread(Photos(_HEAVY_SIDE).make, 0)
        self._group.leave(_MORE_BYTES)
        heavy = asyncio.create_task(orders.job(Photo(data, _HEAVY_SIDE)))
        end = time.monotonic() + max(seconds, _PATIENCE_SECONDS)
        if not await until(self._group.killed, end):
            crowd.diary.defects["the kernel killed nobody"] += 1
        await asyncio.sleep(seconds)
        crowd.diary.told["process killed by the kernel"] += self._group.killed()
        self._group.leave(None)
        lifted = time.monotonic()
        await heavy
        await connection.close()
        return lifted
