"""What every ``Queue`` does."""

from __future__ import annotations

import threading
import time

import pytest

from anime_shared.ports.queue import Message, Queue
from tests.contract.conftest import MAX_DELIVERIES, VISIBILITY_SECONDS, QueueAndDeadLetters

# Longer than a message stays hidden by itself.
LATER = VISIBILITY_SECONDS + 2


@pytest.fixture
def queue(queues: QueueAndDeadLetters) -> Queue:
    return queues.queue


def received(queue: Queue, wait_seconds: float = 0) -> Message:
    message = queue.receive(wait_seconds)
    assert message is not None
    return message


def test_a_message_is_delivered_and_done(queue: Queue) -> None:
    queue.send(["job-1 ü"])
    message = received(queue)
    assert (message.body, message.delivery_count) == ("job-1 ü", 1)
    queue.delete(message)
    queue.delete(message)
    assert queue.depth() == 0


def test_an_empty_queue_has_nothing(queue: Queue) -> None:
    queue.send([])
    assert queue.depth() == 0
    assert queue.receive(0) is None


def test_many_messages_are_sent_at_once(queue: Queue) -> None:
    bodies = {f"job-{number}" for number in range(25)}
    queue.send(sorted(bodies))
    assert queue.depth() == 25
    assert {received(queue).body for _ in bodies} == bodies


def test_a_message_in_hand_is_hidden_but_counted(queue: Queue) -> None:
    queue.send(["job"])
    received(queue)
    assert queue.receive(0) is None
    assert queue.depth() == 1


def test_a_message_that_nobody_settles_comes_back(queue: Queue) -> None:
    queue.send(["job"])
    first = received(queue)
    second = received(queue, LATER)
    assert (second.id, second.body, second.delivery_count) == (first.id, "job", 2)
    assert second.handle != first.handle


def test_a_message_is_given_back_at_once(queue: Queue) -> None:
    queue.send(["job"])
    queue.hide(received(queue), 0)
    assert received(queue).delivery_count == 2


def test_a_message_is_held_longer(queue: Queue) -> None:
    queue.send(["job"])
    queue.hide(received(queue), 30)
    time.sleep(VISIBILITY_SECONDS + 0.3)
    assert queue.receive(0) is None


def test_a_message_that_is_done_can_not_be_held_longer(queue: Queue) -> None:
    queue.send(["job"])
    message = received(queue)
    queue.delete(message)
    queue.hide(message, 0)
    assert queue.receive(0) is None


def test_a_message_is_a_dead_letter_after_its_last_delivery(queues: QueueAndDeadLetters) -> None:
    queues.queue.send(["poison", "good"])
    counts = []
    while (message := queues.queue.receive(0)) is not None:
        if message.body == "good":
            queues.queue.delete(message)
        else:
            counts.append(message.delivery_count)
            queues.queue.hide(message, 0)
    assert counts == list(range(1, MAX_DELIVERIES + 1))
    assert queues.queue.depth() == 0
    assert received(queues.dead_letters, LATER).body == "poison"


def test_waiting_ends_when_a_message_comes(queue: Queue) -> None:
    sender = threading.Timer(0.3, queue.send, [["job"]])
    sender.start()
    start = time.monotonic()
    assert received(queue, 15).body == "job"
    assert 0.2 < time.monotonic() - start < 5
    sender.join()


def test_waiting_ends_when_no_message_comes(queue: Queue) -> None:
    start = time.monotonic()
    assert queue.receive(1) is None
    assert 0.9 < time.monotonic() - start < 4
