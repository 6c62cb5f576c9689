"""Which queues a queue is made of.

    name ──its deliveries were used up──▶ its dead letters, for two weeks
     ▲
     └──its time there is over── name.later ◀── of a process that died

All are quorum queues: what was confirmed is on the broker's disk, and what goes from one to the
other leaves the first once the second has it.
"""

from __future__ import annotations

from typing import Any, Final

from aio_pika.abc import AbstractChannel, AbstractQueue

Arguments = dict[str, Any]

_QUORUM: Final[Arguments] = {"x-queue-type": "quorum"}
_DEAD_LETTER_MILLISECONDS: Final = 14 * 86_400_000


def later(name: str) -> str:
    """Where messages of a queue wait until they come back to it."""
    return f"{name}.later"


async def declare(channel: AbstractChannel, name: str, dead_letters: str | None) -> AbstractQueue:
    """The queue, made with its others if they are missing.

    Raises:
        one of CONNECTION_EXCEPTIONS: the broker has it with other properties, or refuses.
    """
    if dead_letters is None:
        mine = _QUORUM | {"x-message-ttl": _DEAD_LETTER_MILLISECONDS}
    else:
        await declare(channel, dead_letters, None)
        mine = _QUORUM | _leading_to(dead_letters)
    await channel.declare_queue(later(name), durable=True, arguments=_QUORUM | _leading_to(name))
    return await channel.declare_queue(name, durable=True, arguments=mine)


def _leading_to(name: str) -> Arguments:
    return {
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": name,
        "x-dead-letter-strategy": "at-least-once",
        # The strategy asks for it.
        "x-overflow": "reject-publish",
    }
