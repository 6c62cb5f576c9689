"""From a queue to a handler, as Lambda does it, on a durable queue."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from anime_shared.adapters.embedded.layout import Layout
from anime_shared.adapters.embedded.queue import SqliteQueue
from anime_shared.errors import StorageUnavailable
from anime_shared.poller import Poller
from anime_shared.ports.queue import Message

VISIBILITY = 0.6
DONE: dict[str, Any] = {"batchItemFailures": []}
Event = dict[str, Any]


@pytest.fixture
def queue(tmp_path: Path) -> SqliteQueue:
    return SqliteQueue(Layout(tmp_path).queues(), "jobs", VISIBILITY, 4, "dead")


def failed(event: Event) -> Event:
    (record,) = event["Records"]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@contextmanager
def running(poller: Poller, threads: int = 1) -> Iterator[threading.Event]:
    stop = threading.Event()
    runner = threading.Thread(target=poller.run, args=(stop, threads))
    runner.start()
    try:
        yield stop
    finally:
        stop.set()
        runner.join(10)
        assert not runner.is_alive()


def test_a_message_comes_as_sqs_brings_it_and_is_settled(queue: SqliteQueue) -> None:
    events: list[Event] = []

    def handler(event: Event) -> Event:
        events.append(event)
        return DONE

    queue.send(["hello"])
    with running(Poller(queue, handler, VISIBILITY, "jobs")):
        until(lambda: queue.depth() == 0)
    (event,) = events
    (record,) = event["Records"]
    assert record["body"] == "hello"
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(":jobs")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"


def crashing(_: Event) -> Event:
    raise RuntimeError


@pytest.mark.parametrize("mishap", [failed, crashing])
def test_what_failed_comes_back_later(queue: SqliteQueue, mishap: Callable[[Event], Event]) -> None:
    deliveries: list[tuple[float, str]] = []

    def handler(event: Event) -> Event:
        count = event["Records"][0]["attributes"]["ApproximateReceiveCount"]
        deliveries.append((time.monotonic(), count))
        return DONE if count == "3" else mishap(event)

    queue.send(["hello"])
    with running(Poller(queue, handler, VISIBILITY, "jobs")):
        until(lambda: queue.depth() == 0)
    moments, counts = zip(*deliveries, strict=True)
    assert counts == ("1", "2", "3")
    assert moments[1] - moments[0] >= 0.5
    assert moments[2] - moments[1] >= VISIBILITY


def test_a_message_stays_hidden_as_long_as_it_is_in_hand(queue: SqliteQueue) -> None:
    counts: list[str] = []

    def slow(event: Event) -> Event:
        counts.append(event["Records"][0]["attributes"]["ApproximateReceiveCount"])
        time.sleep(2.5 * VISIBILITY)
        return DONE

    queue.send(["hello"])
    with running(Poller(queue, slow, VISIBILITY, "jobs"), threads=2):
        until(lambda: queue.depth() == 0)
    assert counts == ["1"]


def test_threads_work_at_the_same_time(queue: SqliteQueue) -> None:
    together = threading.Barrier(3)

    def handler(_: Event) -> Event:
        together.wait(10)
        return DONE

    queue.send(["one", "two", "three"])
    with running(Poller(queue, handler, VISIBILITY, "jobs"), threads=3):
        until(lambda: queue.depth() == 0)


def test_told_to_stop_it_finishes_what_is_in_hand_and_takes_nothing_new(
    queue: SqliteQueue,
) -> None:
    started, go_on = threading.Event(), threading.Event()

    def handler(_: Event) -> Event:
        started.set()
        go_on.wait(10)
        return DONE

    queue.send(["one", "two"])
    with running(Poller(queue, handler, VISIBILITY, "jobs")) as stop:
        assert started.wait(10)
        stop.set()
        go_on.set()
    assert queue.depth() == 1
    left = queue.receive(0)
    assert left is not None
    assert (left.body, left.delivery_count) == ("two", 1)


class Late(SqliteQueue):
    """Is told to stop while it waits for the message that it brings."""

    stop: threading.Event

    def receive(self, wait_seconds: float) -> Message | None:
        message = super().receive(wait_seconds)
        self.stop.set()
        return message


def test_what_comes_after_the_word_to_stop_is_left_to_others(tmp_path: Path) -> None:
    queue = Late(Layout(tmp_path).queues(), "jobs", 60, 4, "dead")
    queue.stop = threading.Event()
    queue.send(["hello"])
    Poller(queue, lambda _: DONE, 60, "jobs").run(queue.stop)
    message = queue.receive(0)
    assert message is not None
    assert message.delivery_count == 2


def test_what_is_given_back_comes_at_once(queue: SqliteQueue) -> None:
    started, go_on = threading.Event(), threading.Event()

    def handler(_: Event) -> Event:
        started.set()
        go_on.wait(10)
        return DONE

    queue.send(["hello"])
    poller = Poller(queue, handler, 60, "jobs")
    with running(poller) as stop:
        assert started.wait(10)
        stop.set()
        assert queue.receive(0) is None
        poller.give_back()
        again = queue.receive(0)
        go_on.set()
    assert again is not None
    assert again.delivery_count == 2
    assert queue.depth() == 1, "a delivery that was given back settles nothing"


class Flaky(SqliteQueue):
    """Fails at its first receive and its first delete."""

    failures = 0

    def _fail(self) -> None:
        self.failures += 1
        raise StorageUnavailable("the store is busy")

    def receive(self, wait_seconds: float) -> Message | None:
        if self.failures == 0:
            self._fail()
        return super().receive(wait_seconds)

    def delete(self, message: Message) -> None:
        if self.failures == 1:
            self._fail()
        super().delete(message)


def test_a_queue_that_fails_for_a_while_is_asked_again(tmp_path: Path) -> None:
    counts: list[str] = []

    def handler(event: Event) -> Event:
        counts.append(event["Records"][0]["attributes"]["ApproximateReceiveCount"])
        return DONE

    queue = Flaky(Layout(tmp_path).queues(), "jobs", VISIBILITY, 4, "dead")
    queue.send(["hello"])
    with running(Poller(queue, handler, VISIBILITY, "jobs")):
        until(lambda: queue.depth() == 0)
    assert counts == ["1", "2"]


class Broken(SqliteQueue):
    """Has a defect at its first receive."""

    calls = 0

    def receive(self, wait_seconds: float) -> Message | None:
        self.calls += 1
        if self.calls == 1:
            raise RuntimeError
        return super().receive(wait_seconds)


def test_a_defect_of_a_queue_ends_no_deliveries(tmp_path: Path) -> None:
    queue = Broken(Layout(tmp_path).queues(), "jobs", VISIBILITY, 4, "dead")
    queue.send(["hello"])
    with running(Poller(queue, lambda _: DONE, VISIBILITY, "jobs")):
        until(lambda: queue.depth() == 0)
    assert queue.calls >= 2


class Unhideable(SqliteQueue):
    """Can't change for how long a message is hidden, ``failures`` times."""

    failures = 0

    def hide(self, message: Message, seconds: float) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise StorageUnavailable("the store is busy")
        super().hide(message, seconds)


def test_a_message_that_can_not_be_kept_once_is_kept_the_next_time(tmp_path: Path) -> None:
    queue = Unhideable(Layout(tmp_path).queues(), "jobs", 3 * VISIBILITY, 4, "dead")
    queue.failures = 1
    counts: list[str] = []

    def slow(event: Event) -> Event:
        counts.append(event["Records"][0]["attributes"]["ApproximateReceiveCount"])
        until(lambda: queue.failures == 0)
        time.sleep(3.5 * VISIBILITY)
        return DONE

    queue.send(["hello"])
    with running(Poller(queue, slow, 3 * VISIBILITY, "jobs"), threads=2):
        until(lambda: queue.depth() == 0)
    assert counts == ["1"]


def test_what_can_not_be_given_back_keeps_nothing_else(tmp_path: Path) -> None:
    queue = Unhideable(Layout(tmp_path).queues(), "jobs", 60, 4, "dead")
    together, go_on = threading.Barrier(3), threading.Event()

    def handler(_: Event) -> Event:
        together.wait(10)
        go_on.wait(10)
        return DONE

    queue.send(["one", "two"])
    poller = Poller(queue, handler, 60, "jobs")
    with running(poller, threads=2) as stop:
        together.wait(10)
        stop.set()
        queue.failures = 1
        poller.give_back()
        again = queue.receive(0)
        assert queue.receive(0) is None
        go_on.set()
    assert again is not None
    assert again.delivery_count == 2
