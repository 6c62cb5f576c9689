"""The broker that carries the jobs goes away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.soak.crowd import Crowd
from bench.soak.faults.base import Fault
from bench.soak.stack import Stack
from scripts.cloud.steps import CannotGoOn
from scripts.servers import find_rabbitmq
from tests.servers import Rabbit, rabbit


class BrokerRestarted(Fault):
    """RabbitMQ in place of the embedded queue."""

    name = "broker restarted"
    does = (
        "RabbitMQ, which carries the jobs (`ANIME_QUEUE_URL`), is ended by `kill -9` and started "
        "again after a while"
    )
    _broker: Rabbit

    def missing(self) -> str | None:
        """The broker is Debian's."""
        try:
            find_rabbitmq()
        except CannotGoOn as error:
            return str(error)
        return None

    @contextmanager
    def stack(self, folder: Path) -> Iterator[Stack]:
        """With a broker of its own."""
        home = folder / "rabbitmq"
        home.mkdir()
        with rabbit(home) as broker:
            self._broker = broker
            settings = {"ANIME_QUEUE_URL": broker.url}
            with Stack(folder, settings=settings).running() as running:
                yield running

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Kill it, wait, start it."""
        await asyncio.to_thread(self._broker.kill)
        await asyncio.sleep(seconds)
        begun = time.monotonic()
        await asyncio.to_thread(self._broker.start)
        return begun
