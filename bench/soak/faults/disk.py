"""The disk that everything is kept on fails."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.soak.crowd import Crowd
from bench.soak.faults.base import Fault
from bench.soak.stack import Stack
from bench.soak.system import Disk

_MEBIBYTES: Final = 256


class _DiskFault(Fault):
    _disk: Disk

    def missing(self) -> str | None:
        """A disk of one's own needs root."""
        return "mounting a disk needs root" if os.geteuid() else Disk.missing()

    @contextmanager
    def stack(self, folder: Path) -> Iterator[Stack]:
        """With its data on a disk of its own, and its log on another one."""
        self._disk = Disk(folder, _MEBIBYTES)
        with (
            self._disk.in_use() as mounted,
            Stack(folder, data=mounted / "data").running() as running,
        ):
            yield running


class DiskFull(_DiskFault):
    """Not a byte is left."""

    name = "disk full"
    does = "the data folder's disk is filled to its last block, and freed again"

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Fill, wait, free."""
        ballast = await asyncio.to_thread(self._disk.fill)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            # What the server gives back while it works is taken, too.
            await asyncio.sleep(0.5)
            await asyncio.to_thread(self._disk.fill)
        ballast.unlink()
        return time.monotonic()


class ReadOnly(_DiskFault):
    """The kernel makes it read-only at an error, as it does on most servers."""

    name = "store read-only"
    does = (
        "ext4 finds an error and turns read-only (`errors=remount-ro`); later the server is "
        "stopped, the disk checked and mounted, and the server started"
    )

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Fail, wait, repair."""
        self._disk.fail()
        await asyncio.sleep(seconds)
        return await asyncio.to_thread(self._repair, stack)

    def _repair(self, stack: Stack) -> float:
        stack.stop()
        self._disk.unmount()
        self._disk.repair()
        self._disk.mount()
        begun = time.monotonic()
        stack.start()
        return begun
