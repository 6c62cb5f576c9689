"""The waiting line of the inference function."""

from __future__ import annotations

import asyncio
import threading

import pytest

from anime_inference.entry.http.workers import Workers
from anime_shared.errors import Busy

PATIENCE = 10


async def here() -> bool:
    return False


async def gone() -> bool:
    return True


def test_a_photo_whose_caller_has_gone_is_not_begun() -> None:
    asyncio.run(asyncio.wait_for(_one_leaves(), PATIENCE))


async def _one_leaves() -> None:
    workers, begun, go_on = Workers(1, max_waiting=1), [], threading.Event()

    def paint(name: str) -> str:
        begun.append(name)
        assert go_on.wait(PATIENCE)
        return name

    first = asyncio.create_task(workers.run(here, paint, "first"))
    while not begun:  # noqa: ASYNC110 - another thread tells
        await asyncio.sleep(0.01)
    with pytest.raises(Busy, match="has gone"):
        await workers.run(gone, paint, "left")
    # The place in the line is another's now.
    third = asyncio.create_task(workers.run(here, paint, "third"))
    await asyncio.sleep(0.01)
    with pytest.raises(Busy, match="are waiting"):
        await workers.run(here, paint, "too many")
    go_on.set()
    assert [await first, await third] == ["first", "third"]
    assert begun == ["first", "third"]


def test_what_fails_gives_its_turn_back() -> None:
    async def twice() -> None:
        workers = Workers(1, max_waiting=0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await workers.run(here, lambda: 1 // 0)

    asyncio.run(asyncio.wait_for(twice(), PATIENCE))
