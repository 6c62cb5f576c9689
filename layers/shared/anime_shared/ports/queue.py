"""How work travels from one function to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Message:
    """A message in someone's hands.

    Attributes:
        id: the same at each delivery.
        body: text.
        delivery_count: how often it was delivered, this time included.
        handle: by which this delivery is settled.
    """

    id: str
    body: str
    delivery_count: int
    handle: str


class Queue(Protocol):
    """Messages, each delivered at least once, in no order.

    A message that was received is hidden from others for the queue's visibility timeout. Who is
    done deletes it; if nobody does, it comes back, and after the queue's number of deliveries it
    goes to the queue's dead letters, which are a queue, too.

    Raises:
        StorageUnavailable: from every method, if the queue can't be reached.
    """

    def send(self, bodies: Sequence[str]) -> None:
        """Put messages in the queue. They are safe when this returns."""

    def receive(self, wait_seconds: float) -> Message | None:
        """The next message; ``None`` if none came within ``wait_seconds`` (at most 20)."""

    def delete(self, message: Message) -> None:
        """Done; nothing happens if the delivery's time was over."""

    def hide(self, message: Message, seconds: float) -> None:
        """Hide it for so many seconds from now on; 0 gives it back at once."""

    def depth(self) -> int:
        """How many messages there are, hidden ones included; roughly."""


@runtime_checkable
class TellsAge(Protocol):
    """A queue that knows how old its messages are; not every one does."""

    def age(self) -> float:
        """Seconds that the oldest message has been there, if it is hidden, too; 0 if none is.

        Raises:
            StorageUnavailable: the queue can't be reached.
        """
