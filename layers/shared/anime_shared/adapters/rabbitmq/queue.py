"""A queue of RabbitMQ."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from anime_shared.adapters.rabbitmq.deliveries import Deliveries, delivered_before
from anime_shared.adapters.rabbitmq.link import Link
from anime_shared.adapters.rabbitmq.topology import declare, later
from anime_shared.jobs import new_id
from anime_shared.ports.queue import Message


class RabbitQueue:
    """A ``Queue`` by its name, made if it is missing.

    A message in hand is one that the broker waits for. When its time is over, this process gives
    it back; when the process dies, the broker does, at once, and whoever gets it then lets it
    wait for the visibility timeout: until then, the dead one may hold the job.

    Args:
        link: to the broker.
        name: of the queue.
        visibility_timeout: in seconds.
        max_deliveries: deliveries after which a message goes to ``dead_letters``.
        dead_letters: another queue's name; ``None`` if this is one of dead letters: there,
            messages are delivered without end, and removed after two weeks.
    """

    def __init__(
        self,
        link: Link,
        name: str,
        visibility_timeout: float,
        max_deliveries: int,
        dead_letters: str | None,
    ) -> None:
        self._link = link
        self._name = name
        self._visibility_timeout = visibility_timeout
        self._max_deliveries = max_deliveries
        self._dead_letters = dead_letters
        self._opening = asyncio.Lock()
        self._deliveries: Deliveries | None = None

    def send(self, bodies: Sequence[str]) -> None:
        """Put messages in the queue. They are safe when this returns.

        If it raises, some of them may be in the queue.
        """
        self._link.call(self._send(bodies))

    def receive(self, wait_seconds: float) -> Message | None:
        """The next message; ``None`` if none came within ``wait_seconds``."""
        return self._link.call(self._receive(wait_seconds), wait_seconds)

    def delete(self, message: Message) -> None:
        """Done; nothing happens if the delivery's time was over, or its connection is lost."""
        self._link.call(self._delete(message.handle))

    def hide(self, message: Message, seconds: float) -> None:
        """Hide it for so many seconds from now on; 0 gives it back at once."""
        self._link.call(self._hide(message.handle, seconds))

    def depth(self) -> int:
        """How many messages there are, but for those in other processes' hands."""
        return self._link.call(self._depth())

    async def _send(self, bodies: Sequence[str]) -> None:
        deliveries = await self._ready()
        await asyncio.gather(*(deliveries.publish(body.encode(), new_id()) for body in bodies))

    async def _receive(self, wait_seconds: float) -> Message | None:
        clock = asyncio.get_running_loop().time
        deliveries = await self._ready()
        deadline = clock() + wait_seconds
        while (delivery := await deliveries.next(deadline - clock())) is not None:
            count = delivered_before(delivery) + 1
            if delivery.redelivered:
                # Nobody gives one back like this: who had it is gone, or lost the broker.
                seconds = self._visibility_timeout
                await deliveries.publish_again(delivery, later(self._name), seconds)
            elif self._dead_letters is not None and count > self._max_deliveries:
                await delivery.reject()
            else:
                handle = deliveries.hold(delivery, self._visibility_timeout)
                body = delivery.body.decode(errors="replace")
                return Message(delivery.message_id or handle, body, count, handle)
        return None

    async def _delete(self, handle: str) -> None:
        if self._deliveries is not None:
            await self._deliveries.settle(handle)

    async def _hide(self, handle: str, seconds: float) -> None:
        if self._deliveries is None:
            return
        if seconds > 0:
            self._deliveries.prolong(handle, seconds)
        else:
            await self._deliveries.give_back(handle)

    async def _depth(self) -> int:
        return await (await self._ready()).count(later(self._name))

    async def _ready(self) -> Deliveries:
        async with self._opening:
            if self._deliveries is None or self._deliveries.closed:
                connection = await self._link.connection()
                channel = await connection.channel(on_return_raises=True)
                await channel.set_qos(prefetch_count=1)
                queue = await declare(channel, self._name, self._dead_letters)
                self._deliveries = Deliveries(channel, queue)
            return self._deliveries
