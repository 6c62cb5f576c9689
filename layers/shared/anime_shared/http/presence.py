"""Leaving off what nobody waits for any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias, TypeVar

from anyio import CancelScope

from anime_shared.errors import Busy

T = TypeVar("T")
# Whether who asked has gone; looked at from time to time.
Gone: TypeAlias = Callable[[], Awaitable[bool]]
_LOOK_SECONDS: Final = 0.25


async def unless_gone(gone: Gone, wait: Callable[[], Awaitable[T]]) -> T:
    """What ``wait`` gives; it is cancelled soon after who asked for it has gone.

    Raises:
        Busy: they have; nobody reads it, but it is counted as what it is, too much to do in time.
    """
    with CancelScope() as scope:
        watch = asyncio.create_task(_cancel_once(gone, scope))
        try:
            return await wait()
        finally:
            watch.cancel()
    raise Busy("who asked for it has gone before it was begun")


async def _cancel_once(gone: Gone, scope: CancelScope) -> None:
    while not await gone():  # noqa: ASYNC110 - a server tells it only when asked
        await asyncio.sleep(_LOOK_SECONDS)
    scope.cancel()
