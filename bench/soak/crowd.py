"""Many clients at once, each with its own way of ordering, until they are told to stop."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import httpx2

from bench.load.photos import Photos
from bench.soak.connection import Connection, GivenUpError, RefusedError
from bench.soak.diary import Diary
from bench.soak.orders import Orders, Photo

SIDES: Final = (128, 192, 256, 384, 512)
_WAYS: Final = ("call", "job", "call", "job", "batch")
_BATCH: Final = 3
_LOOK_SECONDS: Final = 0.25
_PAUSE_SECONDS: Final = 1.0
_LOOK_TIMEOUT: Final = 10.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a crowd does.

    Attributes:
        clients: how many there are.
        sides: widths and heights of their photos.
        style: that paints them.
        expected: problems that the fault explains.
        newcomers: how many more come each second for one job, whoever else waits.
        patience: seconds for which a refused request is made again.
        keep: seconds for which a client asks for what it was promised.
    """

    clients: int
    sides: Sequence[int] = SIDES
    style: str = "hayao"
    expected: Sequence[str] = ()
    newcomers: float = 0.0
    patience: float = 60.0
    keep: float = 300.0


class Crowd:
    """One load on one server; ``diary`` is what came of it so far.

    Args:
        url: of the server.
        load: what the crowd does.
    """

    def __init__(self, url: str, load: Load) -> None:
        self.diary = Diary()
        self._url = url
        self._load = load
        self._numbers = itertools.count()
        self._photos = {side: Photos(side) for side in load.sides}
        self._stop = asyncio.Event()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """They order while the block runs, and get what they ordered after it."""
        clients = [asyncio.create_task(self._client(n)) for n in range(self._load.clients)]
        if self._load.newcomers:
            clients.append(asyncio.create_task(self._newcomers()))
        looks = asyncio.create_task(self._look())
        try:
            yield
        finally:
            self._stop.set()
            looks.cancel()
            await asyncio.gather(*clients)
            await asyncio.gather(looks, return_exceptions=True)

    async def _client(self, number: int) -> None:
        way = _WAYS[number % len(_WAYS)]
        async with self._orders() as orders:
            while not self._stop.is_set():
                await self._order(orders, way)

    async def _newcomers(self) -> None:
        async with asyncio.TaskGroup() as newcomers:
            while not self._stop.is_set():
                newcomers.create_task(self._newcomer())
                await asyncio.sleep(1 / self._load.newcomers)

    async def _newcomer(self) -> None:
        async with self._orders() as orders:
            await self._order(orders, "job")

    @asynccontextmanager
    async def _orders(self) -> AsyncIterator[Orders]:
        load = self._load
        connection = Connection(self._url, self.diary, load.expected, load.patience)
        try:
            yield Orders(connection, load.style, load.keep, load.expected)
        finally:
            await connection.close()

    async def _order(self, orders: Orders, way: str) -> None:
        try:
            if way == "batch":
                side = self._load.sides[0]
                await orders.batch([await self._photo(side) for _ in range(_BATCH)])
            elif way == "call":
                await orders.call(await self._photo())
            else:
                await orders.job(await self._photo())
        except (GivenUpError, RefusedError):
            self.diary.given_up += 1
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _photo(self, side: int | None = None) -> Photo:
        number = next(self._numbers)
        chosen = self._load.sides[number % len(self._load.sides)] if side is None else side
        return Photo(await asyncio.to_thread(self._photos[chosen].make, number), chosen)

    async def _look(self) -> None:
        """Look at the page as a visitor does, whether or not the looks before were answered."""

        async def once() -> None:
            start = time.monotonic()
            try:
                await http.get("/healthz")
            except httpx2.TransportError as error:
                self.diary.broken[type(error).__name__] += 1
            finally:
                self.diary.page.append(time.monotonic() - start)

        async with (
            httpx2.AsyncClient(base_url=self._url, timeout=_LOOK_TIMEOUT, trust_env=False) as http,
            asyncio.TaskGroup() as looks,
        ):
            while True:
                looks.create_task(once())
                await asyncio.sleep(_LOOK_SECONDS)
