"""A process is killed with ``kill -9``."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from bench.soak.crowd import Crowd
from bench.soak.faults.base import Fault
from bench.soak.stack import Stack

WORKER = "anime_inference.entry.worker"
INFERENCE = "anime_inference.entry.server"
WEB = "anime_web.entry.server"


class _Killed(Fault):
    module: ClassVar[str]

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Kill it."""
        stack.process(self.module).kill()
        return time.monotonic()


class WorkerKilled(_Killed):
    """The process that paints jobs."""

    name = "worker killed"
    does = "`kill -9` of the process that paints jobs"
    module = WORKER


class InferenceKilled(_Killed):
    """The process that answers calls."""

    name = "inference server killed"
    does = "`kill -9` of the process that paints what is asked for in one call"
    module = INFERENCE


class WebKilled(_Killed):
    """The process that all clients talk to."""

    name = "web server killed"
    does = "`kill -9` of the process that all clients talk to"
    module = WEB


class AllKilled(Fault):
    """The whole server."""

    name = "everything killed"
    does = "`kill -9` of the supervisor, on which its children end; started again after a while"

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Kill it, wait, start it."""
        await asyncio.to_thread(stack.kill)
        await asyncio.sleep(seconds)
        begun = time.monotonic()
        await asyncio.to_thread(stack.start)
        return begun
