"""Threads for the pipeline, so that the event loop stays free to answer health checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from anime_shared.errors import Busy

T = TypeVar("T")


class Workers:
    """Runs at most ``concurrency`` calls at a time; at most ``max_waiting`` others wait."""

    def __init__(self, concurrency: int, max_waiting: int) -> None:
        self._limiter = CapacityLimiter(concurrency)
        self._max_waiting = max_waiting

    async def run(self, call: Callable[..., T], *args: Any) -> T:
        """The call's result, from a thread.

        Raises:
            Busy: the waiting line is full.
        """
        state = self._limiter.statistics()
        if state.borrowed_tokens >= state.total_tokens and state.tasks_waiting >= self._max_waiting:
            raise Busy(
                f"{state.tasks_waiting} pictures are waiting; try again in a moment",
                limit=self._max_waiting,
            )
        return await to_thread.run_sync(call, *args, limiter=self._limiter)
