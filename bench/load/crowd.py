"""Many clients at once, and what they and a visitor of the page notice."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2
import psutil

from bench.load.paths import NotPaintedError, Path
from bench.load.photos import Photos

_PROBE_SECONDS = 0.1
_SAMPLE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Load:
    """How many clients send photos for how long, and how long they wait for the last ones."""

    clients: int
    seconds: float
    drain: float
    side: int


@dataclass(slots=True)
class Measured:
    """What came of it; times in seconds, memory in bytes.

    Attributes:
        photos: from file to picture, of each photo that was painted.
        page: of each look at the page, meanwhile.
        status: of each look at a job, meanwhile.
        lost: photos that were sent, and never painted.
        server_errors: answers with 500 or more.
        broken: looks that were never answered.
        elapsed: from the start to the last picture.
        peak: memory of all processes of the server together.
    """

    photos: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    status: list[float] = field(default_factory=list)
    lost: int = 0
    server_errors: int = 0
    broken: int = 0
    elapsed: float = 0.0
    peak: int = 0


class Crowd:
    """One load on one server."""

    def __init__(self, url: str, server: psutil.Process, path: Path, load: Load) -> None:
        self._url = url
        self._server = server
        self._path = path
        self._load = load
        self._photos = Photos(load.side)
        self._numbers = itertools.count()
        self._job: str | None = None
        self._measured = Measured()

    async def run(self) -> Measured:
        """Send, wait for the last ones, and tell."""
        start = time.perf_counter()
        async with self._connection() as http, self._connection() as prober:
            clients = [
                asyncio.create_task(self._send_photos(http, start))
                for _ in range(self._load.clients)
            ]
            looks = [
                asyncio.create_task(self._look(prober, lambda: "/healthz", self._measured.page)),
                asyncio.create_task(self._look(prober, lambda: self._job, self._measured.status)),
            ]
            memory = asyncio.create_task(self._watch_memory())
            await asyncio.sleep(self._load.seconds)
            await _end(looks)
            _, unfinished = await asyncio.wait(clients, timeout=self._load.drain)
            await _end([*unfinished, memory])
        self._measured.lost += len(unfinished)
        return self._measured

    def _connection(self) -> httpx2.AsyncClient:
        async def count(response: httpx2.Response) -> None:
            self._measured.server_errors += response.status_code >= 500

        return httpx2.AsyncClient(
            base_url=self._url,
            event_hooks={"response": [count]},
            limits=httpx2.Limits(max_connections=None),
            timeout=None,
            trust_env=False,
        )

    async def _send_photos(self, http: httpx2.AsyncClient, start: float) -> None:
        while time.perf_counter() - start < self._load.seconds:
            photo = await asyncio.to_thread(self._photos.make, next(self._numbers))
            sent = time.perf_counter()
            try:
                await self._path(http, photo, self._note_job)
            except (httpx2.HTTPError, NotPaintedError):
                self._measured.lost += 1
            else:
                self._measured.elapsed = time.perf_counter() - start
                self._measured.photos.append(time.perf_counter() - sent)

    def _note_job(self, address: str) -> None:
        self._job = address

    async def _look(
        self, http: httpx2.AsyncClient, address: Callable[[], str | None], into: list[float]
    ) -> None:
        """Look every tenth of a second, whether or not the looks before were answered."""

        async def once(url: str) -> None:
            start = time.perf_counter()
            try:
                await http.get(url)
            except httpx2.TransportError:
                self._measured.broken += 1
            finally:
                # An answer that was waited for in vain took at least so long.
                into.append(time.perf_counter() - start)

        async with asyncio.TaskGroup() as looks:
            while True:
                url = address()
                if url is not None:
                    looks.create_task(once(url))
                await asyncio.sleep(_PROBE_SECONDS)

    async def _watch_memory(self) -> None:
        while True:
            used = await asyncio.to_thread(memory_of, self._server)
            self._measured.peak = max(self._measured.peak, used)
            await asyncio.sleep(_SAMPLE_SECONDS)


def memory_of(server: psutil.Process) -> int:
    """Bytes of a process and its children; what they share counts once."""
    total = 0
    for process in (server, *server.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_full_info().pss
    return total


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
