"""What RabbitMQ's queues do beside what all do: when processes, connections or the broker die."""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import HeadersType

from anime_shared.adapters.rabbitmq import dead_letters_of
from anime_shared.adapters.rabbitmq.link import Link
from anime_shared.adapters.rabbitmq.queue import RabbitQueue
from anime_shared.errors import StorageUnavailable
from anime_shared.ports.queue import Message
from tests.contract.conftest import MAX_DELIVERIES, VISIBILITY_SECONDS, new_name
from tests.contract.test_unavailable import OF_QUEUES
from tests.servers import Rabbit, rabbit

# Longer than any message is hidden here, on a machine that has other work.
LATER = VISIBILITY_SECONDS + 19
# Its visibility timeout counts: it may be what finds that the one before is dead.
_HOLDER = f"""
import sys, time
from anime_shared.adapters.rabbitmq.link import Link
from anime_shared.adapters.rabbitmq.queue import RabbitQueue
queue = RabbitQueue(Link(sys.argv[1]), sys.argv[2], {VISIBILITY_SECONDS}, {MAX_DELIVERIES},
    sys.argv[2] + ".dead")
print(queue.receive(20).body, flush=True)
time.sleep(60)
"""


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Rabbit]:
    """One that a test may kill."""
    with rabbit(tmp_path) as server:
        yield server


@pytest.fixture
def name() -> str:
    return new_name()


@pytest.fixture
def link(broker: Rabbit) -> Iterator[Link]:
    with closing(Link(broker.url)) as link:
        yield link


@pytest.fixture
def queue(link: Link, name: str) -> RabbitQueue:
    return queue_of(link, name)


def queue_of(link: Link, name: str) -> RabbitQueue:
    return RabbitQueue(link, name, VISIBILITY_SECONDS, MAX_DELIVERIES, dead_letters_of(name))


def received(queue: RabbitQueue) -> Message:
    """The next message; a broker that has just begun may not have its queues yet."""
    end = time.monotonic() + LATER
    while time.monotonic() < end:
        try:
            message = queue.receive(1)
        except StorageUnavailable:
            time.sleep(0.1)
        else:
            if message is not None:
                return message
    raise AssertionError("no message came")


def until_it_answers(queue: RabbitQueue) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            queue.depth()
        except StorageUnavailable:
            assert time.monotonic() < end
            time.sleep(0.1)
        else:
            return


def kill_a_process_that_has_it(broker: Rabbit, name: str) -> bool:
    """Whether one got it at all."""
    command = [sys.executable, "-c", _HOLDER, broker.url, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        got = holder.stdout.readline().strip() == "job"
        holder.send_signal(signal.SIGKILL)
    return got


def test_what_a_killed_process_had_waits_until_its_lease_is_over(
    broker: Rabbit, queue: RabbitQueue, name: str
) -> None:
    queue.send(["job"])
    assert kill_a_process_that_has_it(broker, name)
    since = time.monotonic()
    message = received(queue)
    assert message.body == "job"
    # On its way through two queues, the broker may hand it out once more.
    assert message.delivery_count >= 2
    assert time.monotonic() - since > 0.9 * VISIBILITY_SECONDS
    queue.delete(message)
    assert queue.depth() == 0


def test_a_message_that_kills_processes_is_a_dead_letter(
    broker: Rabbit, queue: RabbitQueue, link: Link, name: str
) -> None:
    queue.send(["job"])
    killed = 0
    for _ in range(MAX_DELIVERIES):
        killed += kill_a_process_that_has_it(broker, name)
        # As the next process does that comes by.
        assert queue.receive(0) is None
    # To a consumer that is just going, the broker may hand it out once for nobody.
    assert killed >= MAX_DELIVERIES - 1
    assert queue.receive(VISIBILITY_SECONDS + 1) is None
    dead = RabbitQueue(link, dead_letters_of(name), VISIBILITY_SECONDS, 1, None)
    assert received(dead).body == "job"
    assert queue.depth() == 0


def test_what_waits_and_what_is_in_hand_survives_a_killed_broker(
    own_broker: Rabbit, name: str
) -> None:
    with closing(Link(own_broker.url)) as link:
        queue = queue_of(link, name)
        queue.send(["first", "second", "third"])
        in_hand = received(queue)
        kept = received(queue)
        queue.delete(kept)
        # RabbitMQ 3.10 takes half a second until a queue that is new is on its disk.
        time.sleep(2)
        own_broker.kill()
        with pytest.raises(StorageUnavailable):
            queue.receive(0)
        own_broker.start()
        until_it_answers(queue)
        # Neither settles anything: the delivery was over when the broker died.
        queue.hide(in_hand, 60)
        queue.delete(in_hand)
        rest = [received(queue), received(queue)]
        counts = {message.body: message.delivery_count for message in rest}
        waited = ({"first", "second", "third"} - {in_hand.body, kept.body}).pop()
        assert counts == {in_hand.body: 2, waited: 1}
        assert queue.receive(0) is None


def test_a_broker_that_is_away_is_unavailable_and_let_alone_for_a_while(
    own_broker: Rabbit, name: str
) -> None:
    with closing(Link(own_broker.url)) as link:
        queue = queue_of(link, name)
        queue.send(["job"])
        message = received(queue)
        time.sleep(2)
        own_broker.kill()
        password = own_broker.url.partition("@")[0].rpartition(":")[2]
        end = time.monotonic() + 3
        while time.monotonic() < end:
            for call in ("send", "receive", "depth"):
                with pytest.raises(StorageUnavailable) as refused:
                    OF_QUEUES[call](queue)
                assert password not in f"{refused.value} {refused.value.__cause__!r}"
        # Of the thousands of calls: pauses double, from 0.05 s at least.
        assert 2 <= link._failures <= 7
        queue.delete(message)
        own_broker.start()
        until_it_answers(queue)


def test_a_wrong_password_is_unavailable_and_not_told(
    broker: Rabbit, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with closing(Link(broker.url.replace("anime:", "anime:not-"))) as link:
        with pytest.raises(StorageUnavailable) as refused:
            queue_of(link, name).send(["job"])
        password = broker.url.partition("@")[0].rpartition(":")[2]
        assert password not in f"{refused.value.detail} {refused.value.__cause__} {caplog.text}"


def test_two_processes_get_each_message_once(broker: Rabbit, name: str) -> None:
    bodies = [f"job-{number}" for number in range(40)]
    with closing(Link(broker.url)) as one, closing(Link(broker.url)) as other:
        queues = queue_of(one, name), queue_of(other, name)
        queues[0].send(bodies)
        got = []
        for turn in range(len(bodies)):
            message = received(queues[turn % 2])
            queues[turn % 2].delete(message)
            got.append(message.body)
        assert sorted(got) == sorted(bodies)
        assert [queue.receive(0) for queue in queues] == [None, None]


@pytest.mark.parametrize("count", [None, "many", -3, 1.5])
def test_what_others_put_there_is_delivered(
    broker: Rabbit, queue: RabbitQueue, name: str, count: str | float | None
) -> None:
    queue.send([])
    queue.depth()

    async def publish() -> None:
        async with await aio_pika.connect(broker.url) as connection:
            headers: HeadersType = {} if count is None else {"animegan-deliveries": count}
            message = aio_pika.Message(b"\xffjob", headers=headers)
            channel = await connection.channel()
            await channel.default_exchange.publish(message, name)

    asyncio.run(publish())
    message = received(queue)
    assert (message.body, message.delivery_count) == ("\ufffdjob", 1)
    assert message.id
    queue.hide(message, 0)
    again = received(queue)
    assert again.delivery_count == 2


def test_a_queue_whose_broker_refuses_the_name_is_unavailable(
    link: Link, queue: RabbitQueue, name: str
) -> None:
    queue.send(["job"])
    other = RabbitQueue(link, name, VISIBILITY_SECONDS, MAX_DELIVERIES, new_name())
    with pytest.raises(StorageUnavailable):
        other.send(["job"])
    assert received(queue).body == "job"


def test_threads_that_wait_get_a_message_each(queue: RabbitQueue) -> None:
    from concurrent.futures import ThreadPoolExecutor

    queue.depth()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(queue.receive, 15) for _ in range(4)]
        time.sleep(0.3)
        queue.send([str(number) for number in range(4)])
        got = [future.result() for future in waiting]
    assert sorted(message.body for message in got if message) == ["0", "1", "2", "3"]
