"""A RabbitMQ, a Redis, and workers that share them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from anime_inference.settings import Settings
from anime_shared.adapters.rabbitmq import JOBS, dead_letters_of
from anime_shared.adapters.rabbitmq.link import Link
from anime_shared.adapters.rabbitmq.queue import RabbitQueue
from anime_shared.composition import open_platform
from anime_shared.errors import StorageUnavailable
from anime_shared.jobs import Job, JobStatus
from anime_shared.platform import Platform
from tests.pictures import file_of, gradient
from tests.servers import Rabbit, RedisServer, rabbit, redis_server
from tests.work import add_job

VISIBILITY = 5.0
# The machine may have other work.
LONGEST = 180.0


@dataclass
class House:
    """Servers, settings that lead to them, and a platform of these settings."""

    broker: Rabbit
    store: RedisServer
    settings: Settings
    log: Path
    platform: Platform
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "ANIME_DATA_DIR": str(self.settings.data_dir),
            "ANIME_QUEUE_URL": self.broker.url,
            "ANIME_CACHE_URL": self.store.url,
            "ANIME_VISIBILITY_TIMEOUT": str(VISIBILITY),
        }

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A worker as it runs in a container of its own."""
        command = [sys.executable, "-m", "anime_inference.entry.worker"]
        environment = os.environ | self.variables | {"ANIME_THREADS": "1"}
        with self.log.open("ab") as log:
            worker = subprocess.Popen(command, env=environment, stderr=log)
        self.workers.append(worker)
        return worker

    def add_jobs(self, count: int) -> list[Job]:
        """Jobs of photos of which none is like another, and all take their time."""
        photos = [file_of(gradient(400 + 8 * number, 600), "JPEG") for number in range(count)]
        return [add_job(self.platform, photo) for photo in photos]

    def statuses(self, jobs: Sequence[Job]) -> list[JobStatus]:
        return [job.status for job in self.platform.ledger.jobs([job.id for job in jobs])]

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait; a store that is away for now doesn't fulfil it."""
        end = time.monotonic() + LONGEST
        while not self._holds(condition):
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def wait_for_all(self, jobs: Sequence[Job]) -> None:
        """All jobs succeed, and nothing is left of them in any queue."""
        succeeded = [JobStatus.SUCCEEDED] * len(jobs)
        self.until(lambda: self.statuses(jobs) == succeeded)
        self.until(lambda: self.platform.jobs.depth() == 0)
        for job in jobs:
            assert self.platform.results.size(job.result_key)
        assert self.dead_letters() == 0

    def dead_letters(self) -> int:
        with closing(Link(self.broker.url)) as link:
            return RabbitQueue(link, dead_letters_of(JOBS), VISIBILITY, 1, None).depth()

    @staticmethod
    def _holds(condition: Callable[[], bool]) -> bool:
        try:
            return condition()
        except StorageUnavailable:
            return False


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        for name in ("rabbitmq", "redis"):
            (tmp_path / name).mkdir()
        broker = stack.enter_context(rabbit(tmp_path / "rabbitmq"))
        store = stack.enter_context(redis_server(tmp_path / "redis"))
        settings = Settings(
            data_dir=tmp_path / "var",
            visibility_timeout=VISIBILITY,
            queue_url=SecretStr(broker.url),
            cache_url=SecretStr(store.url),
        )
        log = tmp_path / "workers.log"
        house = House(broker, store, settings, log, open_platform(settings))
        yield house
        for worker in house.workers:
            worker.kill()
            worker.wait(10)
        written = log.read_text() if log.exists() else ""
        for url in (broker.url, store.url):
            assert url not in written
            assert url.partition("@")[0].rpartition(":")[2] not in written
