"""Threads for the pipeline, so that the event loop stays free to answer health checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread

from anime_shared.errors import Busy
from anime_shared.http.presence import Gone, unless_gone

T = TypeVar("T")


class Workers:
    """Runs at most ``concurrency`` calls at a time; at most ``max_waiting`` others wait."""

    def __init__(self, concurrency: int, max_waiting: int) -> None:
        self._turns = CapacityLimiter(concurrency)
        self._threads = CapacityLimiter(concurrency)
        self._max_waiting = max_waiting

    async def run(self, gone: Gone, call: Callable[..., T], *args: Any) -> T:
        """The call's result, from a thread; what was begun is done to its end.

        Once ``gone`` says that who asked has gone, it leaves the waiting line, and isn't begun.

        Raises:
            Busy: the waiting line is full, or who asked has gone.
        """
        state = self._turns.statistics()
        if state.borrowed_tokens >= state.total_tokens and state.tasks_waiting >= self._max_waiting:
            raise Busy(
                f"{state.tasks_waiting} pictures are waiting; try again in a moment",
                limit=self._max_waiting,
            )
        turn = object()
        await unless_gone(gone, lambda: self._turns.acquire_on_behalf_of(turn))
        try:
            return await to_thread.run_sync(call, *args, limiter=self._threads)
        finally:
            self._turns.release_on_behalf_of(turn)
