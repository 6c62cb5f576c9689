"""What a process tells now and then: memory, and how long its queues are."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from anime_shared import metrics, watch
from anime_shared.adapters.embedded.layout import Layout
from anime_shared.adapters.embedded.queue import SqliteQueue
from anime_shared.adapters.telemetry.memory import SystemMemory
from anime_shared.errors import StorageUnavailable
from anime_shared.metrics import Metric
from anime_shared.ports.meter import Unmeasured
from anime_shared.ports.queue import Queue
from anime_shared.watch import Watch


class Told(Unmeasured):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.numbers: list[tuple[str, float, Mapping[str, str]]] = []

    def record(self, metric: Metric, value: float = 1.0, /, **labels: str) -> None:
        super().record(metric, value, **labels)
        self.numbers.append((metric.name, value, labels))

    def of(self, name: str) -> list[float]:
        return [value for told, value, _ in self.numbers if told == name]


class Ageless(SqliteQueue):
    """A queue that doesn't know how old its messages are, as SQS doesn't."""

    age = None  # type: ignore[assignment]


class Gone(SqliteQueue):
    """A queue whose broker is away."""

    def depth(self) -> int:
        raise StorageUnavailable("the broker is away")


def opened(kind: type[SqliteQueue], folder: Path) -> SqliteQueue:
    return kind(Layout(folder).queues(), "jobs", 30, 4, None)


def test_memory_and_queues_are_told(tmp_path: Path) -> None:
    told, queue = Told(), opened(SqliteQueue, tmp_path)
    queue.send(["one", "two"])
    Watch(told, SystemMemory(), lambda: {"jobs": queue}).look()
    (memory,) = told.of(metrics.MEMORY_BYTES.name)
    assert memory > 2**20
    (age,) = told.of(metrics.QUEUE_AGE_SECONDS.name)
    assert 0 <= age < 60
    assert (metrics.QUEUE_DEPTH.name, 2, {"queue": "jobs"}) in told.numbers


def test_a_queue_that_does_not_answer_is_not_a_number(tmp_path: Path) -> None:
    told = Told()
    gone, there = opened(Gone, tmp_path), opened(SqliteQueue, tmp_path)
    Watch(told, SystemMemory(), lambda: {"gone": gone, "there": there}).look()
    depths, ages = told.of(metrics.QUEUE_DEPTH.name), told.of(metrics.QUEUE_AGE_SECONDS.name)
    assert [math.isnan(depth) for depth in depths] == [True, False]
    assert [math.isnan(age) for age in ages] == [True, False]


def test_queues_that_can_not_be_opened_leave_the_memory() -> None:
    def away() -> dict[str, Queue]:
        raise StorageUnavailable("the broker is away")

    told = Told()
    Watch(told, SystemMemory(), away).look()
    assert len(told.of(metrics.MEMORY_BYTES.name)) == len(told.numbers) == 1


def test_it_looks_at_the_start_and_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.01)
    looks: list[threading.Thread] = []
    again = threading.Event()

    def queues() -> dict[str, Queue]:
        looks.append(threading.current_thread())
        if len(looks) == 3:
            again.set()
            # Nobody ends its thread, so it stays here.
            threading.Event().wait()
        return {}

    told = Told()
    Watch(told, SystemMemory(), queues).start()
    assert looks[0] is threading.current_thread()
    assert again.wait(10)
    assert looks[1] is looks[2]
    assert looks[2].daemon, "it keeps no process from ending"
    assert told.of(metrics.STARTS.name) == [1]
