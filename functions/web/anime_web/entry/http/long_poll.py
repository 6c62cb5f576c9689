"""Waiting for something new on behalf of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio
from anyio import to_thread
from fastapi import Request

from anime_web.composition import Service

T = TypeVar("T")
# For clients that ask again instead of waiting.
RETRY_AFTER: Final = {"Retry-After": "1"}
_INTERVAL_SECONDS: Final = 0.1


async def news(
    request: Request,
    service: Service,
    wait: float,
    known: str | None,
    look: Callable[[], T],
    revision: Callable[[T], str],
    ended: Callable[[T], bool],
) -> T:
    """What ``look`` finds once its revision isn't the ``known`` one any more, or it has ended.

    Of a client that knows none, the first look's counts as known. Gives up after ``wait`` seconds,
    if the client goes, or if the server is to stop.
    """
    found = await to_thread.run_sync(look)
    known = known or revision(found)
    deadline = anyio.current_time() + wait
    while not ended(found) and revision(found) == known:
        left = deadline - anyio.current_time()
        if left <= 0 or service.stopping.is_set() or await request.is_disconnected():
            break
        await anyio.sleep(min(_INTERVAL_SECONDS, left))
        found = await to_thread.run_sync(look)
    return found
