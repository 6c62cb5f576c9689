"""Keeps processes running: starts those that die again, and ends all of them together.

start ──> runs ──dies──> waits 0.2 s, 0.4 s ... 5 s ──> start
            └──stop──> SIGTERM ──grace is over──> SIGKILL
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

FIRST_DELAY: Final = 0.2
LONGEST_DELAY: Final = 5.0
# A process that lived so long had started well: its end is no loop.
SETTLED: Final = 10.0
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running.

    Attributes:
        name: for the log.
        module: what ``python -m`` runs.
        grace: seconds that it may take to stop.
        arguments: of the module.
        environment: variables that it has beside those of the supervisor.
        files: descriptors that it inherits.
    """

    name: str
    module: str
    grace: float
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: tuple[int, ...] = ()


class Supervisor:
    """Runs children from the event loop of the main thread.

    Attributes:
        deaths: how each child that died ended the last time, by its name.
    """

    def __init__(self, children: Sequence[Child]) -> None:
        self.deaths: dict[str, str] = {}
        self._children = children
        self._running: dict[str, Process] = {}
        self._stop = asyncio.Event()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """All children run, until the block ends; after it none does.

        ``SIGTERM`` and Ctrl-C end :meth:`stopped`; the second of them kills the children.
        """
        loop = asyncio.get_running_loop()
        for number in _STOP_SIGNALS:
            loop.add_signal_handler(number, self._told_to_stop)
        # Children end when its writing end is closed, if not before; see `child`.
        lifeline, held = os.pipe()
        keepers = [asyncio.create_task(self._keep(child, lifeline)) for child in self._children]
        try:
            yield
        finally:
            self._stop.set()
            await asyncio.gather(*keepers)
            os.close(lifeline)
            os.close(held)
            for number in _STOP_SIGNALS:
                loop.remove_signal_handler(number)

    @property
    def stopping(self) -> bool:
        """Whether someone told it to stop."""
        return self._stop.is_set()

    async def stopped(self) -> None:
        """Wait until someone tells it to stop."""
        await self._stop.wait()

    def _told_to_stop(self) -> None:
        if self._stop.is_set():
            for process in self._running.values():
                _send(process, signal.SIGKILL)
        else:
            _log.warning("stopping: what is in hand is finished; told again, all are killed")
        self._stop.set()

    async def _keep(self, child: Child, lifeline: int) -> None:
        stop = asyncio.create_task(self._stop.wait())
        delay = FIRST_DELAY
        while not stop.done():
            start = time.monotonic()
            try:
                process = await _start(child, lifeline)
            except OSError as error:
                how = f"can't be started ({error.strerror})"
            else:
                self._running[child.name] = process
                end = asyncio.create_task(process.wait())
                await asyncio.wait((end, stop), return_when=asyncio.FIRST_COMPLETED)
                if stop.done():
                    await _end(child, process)
                    return
                how = _how_it_ended(end.result())
            if time.monotonic() - start >= SETTLED:
                delay = FIRST_DELAY
            self.deaths[child.name] = how
            _log.warning("%s %s; it starts again in %.1f s", child.name, how, delay)
            await asyncio.wait((stop,), timeout=delay)
            delay = min(2 * delay, LONGEST_DELAY)


async def _start(child: Child, lifeline: int) -> Process:
    return await asyncio.create_subprocess_exec(
        # `env` adds to the environment that it inherits, and then becomes the child.
        "env",
        *(f"{name}={value}" for name, value in child.environment.items()),
        sys.executable,
        *("-m", "anime_local.child", str(lifeline), str(child.grace)),
        *(child.module, *child.arguments),
        stdin=DEVNULL,
        pass_fds=(lifeline, *child.files),
    )


async def _end(child: Child, process: Process) -> None:
    _send(process, signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), child.grace)
    except TimeoutError:
        _log.warning("%s didn't stop within %.0f s; it is killed", child.name, child.grace)
        _send(process, signal.SIGKILL)
        await process.wait()


def _send(process: Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by signal {-code} ({signal.strsignal(-code)})"
    return f"ended with code {code}"
