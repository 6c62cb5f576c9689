"""Somebody else has the database."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

from bench.soak.crowd import Crowd
from bench.soak.faults.base import Fault
from bench.soak.stack import Stack

_FILES = ("jobs.db", "queues.db")


class DatabaseLocked(Fault):
    """Another program holds a transaction open in both files."""

    name = "SQLite locked"
    does = "another process holds an exclusive transaction in both databases"

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Lock, wait, let go."""
        await asyncio.to_thread(_hold, stack, seconds)
        return time.monotonic()


def _hold(stack: Stack, seconds: float) -> None:
    with (
        closing(sqlite3.connect(stack.data / _FILES[0], timeout=60)) as jobs,
        closing(sqlite3.connect(stack.data / _FILES[1], timeout=60)) as queues,
    ):
        jobs.execute("BEGIN EXCLUSIVE")
        queues.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
