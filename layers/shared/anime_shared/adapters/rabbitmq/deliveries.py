"""Messages on one channel: those that came, those in hand, and copies that go back."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Final

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from anime_shared.jobs import new_id

_COUNT: Final = "animegan-deliveries"
_RETRY_SECONDS: Final = 1.0
_log = logging.getLogger(__name__)


def delivered_before(delivery: AbstractIncomingMessage) -> int:
    """How often a message was in someone's hands before this delivery."""
    count = delivery.headers.get(_COUNT)
    return count if isinstance(count, int) and count > 0 else 0


@dataclass(slots=True)
class _Held:
    delivery: AbstractIncomingMessage
    timer: asyncio.TimerHandle


class Deliveries:
    """What one channel brings; only for its link's thread.

    When the channel closes, all of it is the broker's again. Every method raises one of
    ``CONNECTION_EXCEPTIONS`` if the broker doesn't do what it is asked for.
    """

    def __init__(self, channel: AbstractChannel, queue: AbstractQueue) -> None:
        self._channel = channel
        self._queue = queue
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._held: dict[str, _Held] = {}
        self._returning: set[asyncio.Task[None]] = set()

    @property
    def closed(self) -> bool:
        """Whether the broker has it all back."""
        return self._channel.is_closed

    async def next(self, seconds: float) -> AbstractIncomingMessage | None:
        """The next message; ``None`` if none came in time."""
        if self._arrived.empty():
            delivery = await self._queue.get(fail=False)
            if delivery is not None or seconds <= 0:
                return delivery
            # Only who waits consumes, so that no message lies with a process that is busy.
            tag = await self._queue.consume(self._arrived.put)
            try:
                return await asyncio.wait_for(self._arrived.get(), seconds)
            except TimeoutError:
                pass
            finally:
                await self._queue.cancel(tag)
        # One may have come while the waiting was ended.
        return None if self._arrived.empty() else self._arrived.get_nowait()

    def hold(self, delivery: AbstractIncomingMessage, seconds: float) -> str:
        """Take a message into one's hands for so long; the handle."""
        handle = new_id()
        self._held[handle] = _Held(delivery, self._timer(handle, seconds))
        return handle

    def prolong(self, handle: str, seconds: float) -> None:
        """Hold it for so long from now on; nothing happens if it isn't in hand."""
        held = self._held.get(handle)
        if held is not None:
            held.timer.cancel()
            held.timer = self._timer(handle, seconds)

    async def settle(self, handle: str) -> None:
        """Be done with a message; nothing happens if it isn't in hand."""
        held = self._held.pop(handle, None)
        if held is not None and not self.closed:
            held.timer.cancel()
            await held.delivery.ack()

    async def give_back(self, handle: str) -> None:
        """Let others have it; nothing happens if it isn't in hand.

        AMQP would hand it out again as it was. So a copy goes back that knows one delivery more,
        and the message is settled once the broker has that: who dies in between leaves two.
        """
        held = self._held.pop(handle, None)
        if held is None or self.closed:
            return
        held.timer.cancel()
        try:
            await self.publish_again(held.delivery, self._queue.name)
        except BaseException:
            self._held[handle] = _Held(held.delivery, self._timer(handle, _RETRY_SECONDS))
            raise

    async def publish(self, body: bytes, message_id: str) -> None:
        """Put a new message in the queue; the broker has it when this returns."""
        await self._publish(self._queue.name, body, message_id, 0, None)

    async def publish_again(
        self, delivery: AbstractIncomingMessage, queue: str, seconds: float | None = None
    ) -> None:
        """Move a message to a queue, for so long, with one delivery more."""
        count = delivered_before(delivery) + 1
        await self._publish(queue, delivery.body, delivery.message_id or new_id(), count, seconds)
        await delivery.ack()

    async def count(self, *others: str) -> int:
        """How many messages are in the queue, in these others, or in hand."""
        count = len(self._held) + self._arrived.qsize()
        for name in (self._queue.name, *others):
            queue = await self._channel.declare_queue(name, passive=True)
            count += queue.declaration_result.message_count or 0
        return count

    async def _publish(
        self, queue: str, body: bytes, message_id: str, count: int, seconds: float | None
    ) -> None:
        message = aio_pika.Message(
            body,
            message_id=message_id,
            headers={_COUNT: count},
            expiration=seconds,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self._channel.default_exchange.publish(message, routing_key=queue, mandatory=True)

    def _timer(self, handle: str, seconds: float) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, self._time_is_over, handle)

    def _time_is_over(self, handle: str) -> None:
        task = asyncio.create_task(self._give_back_or_say(handle))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def _give_back_or_say(self, handle: str) -> None:
        try:
            await self.give_back(handle)
        except CONNECTION_EXCEPTIONS:
            _log.warning("a message whose time is over couldn't be given back yet")
