"""A served product that is attacked, and what it costs it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httpx2
import psutil

from tests.local.served import Served

_SAMPLE_SECONDS: Final = 0.02
_HEALTH_SECONDS: Final = 5.0


@dataclass
class Cost:
    """What an attack took: seconds, and bytes of memory on top of what the processes held."""

    seconds: float = 0.0
    memory: int = 0


@dataclass
class Target:
    """The server, a client of it, and its processes as they were at the start."""

    served: Served
    client: httpx2.Client
    pids: set[int] = field(default_factory=set)

    @classmethod
    @contextmanager
    def of(cls, served: Served) -> Iterator[Target]:
        """A target, until the block ends."""
        with httpx2.Client(base_url=served.url, timeout=120, trust_env=False) as client:
            yield cls(served, client, {child.pid for child in served.process.children()})

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        """A bare connection."""
        parts = urlsplit(self.served.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=90) as connection:
            yield connection

    def raw(self, request: bytes) -> bytes:
        """All that is answered to some bytes, until the other side hangs up."""
        answer = b""
        with self.connected() as connection, suppress(ConnectionError):
            connection.sendall(request)
            while part := connection.recv(65_536):
                answer += part
        return answer

    @contextmanager
    def measured(self) -> Iterator[Cost]:
        """What the block costs."""
        cost, over = Cost(), threading.Event()
        before = self._memory()

        def sample() -> None:
            while not over.wait(_SAMPLE_SECONDS):
                cost.memory = max(cost.memory, self._memory() - before)

        sampler = threading.Thread(target=sample)
        sampler.start()
        start = time.monotonic()
        try:
            yield cost
        finally:
            cost.seconds = time.monotonic() - start
            over.set()
            sampler.join()

    def damage(self) -> str:
        """What is broken; nothing, if all is well."""
        try:
            healthy = self.client.get("/healthz", timeout=_HEALTH_SECONDS).status_code == 200
        except httpx2.HTTPError:
            healthy = False
        if not healthy:
            return "it doesn't answer"
        if {child.pid for child in self.served.process.children()} != self.pids:
            return "a process died"
        return ""

    def _memory(self) -> int:
        total = 0
        for pid in self.pids:
            with suppress(psutil.NoSuchProcess):
                total += psutil.Process(pid).memory_info().rss
        return total
