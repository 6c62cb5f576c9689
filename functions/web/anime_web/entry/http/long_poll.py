"""Waiting for something new on behalf of a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio
from anyio import to_thread
from fastapi import Request

from anime_web.composition import Service

T = TypeVar("T")
_INTERVAL_SECONDS: Final = 0.2


async def news(
    request: Request,
    service: Service,
    wait: float,
    look: Callable[[], T],
    state: Callable[[T], tuple[object, ...]],
    ended: Callable[[T], bool],
) -> T:
    """What ``look`` finds once its state isn't that of the first look any more, or it has ended.

    Gives up after ``wait`` seconds, if the client goes, or if the server is to stop.
    """
    found = await to_thread.run_sync(look)
    first = state(found)
    deadline = anyio.current_time() + wait
    while not ended(found) and state(found) == first:
        left = deadline - anyio.current_time()
        if left <= 0 or service.stopping.is_set() or await request.is_disconnected():
            break
        await anyio.sleep(min(_INTERVAL_SECONDS, left))
        found = await to_thread.run_sync(look)
    return found
