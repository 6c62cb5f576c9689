"""Brings messages to a handler on one machine, as Lambda's event source mapping does for SQS."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from anime_shared.errors import StorageUnavailable
from anime_shared.ports.queue import Message, Queue

_WAIT_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 1.0
_FIRST_BACKOFF_SECONDS: Final = 0.25
_MOST_DOUBLINGS: Final = 16
_log = logging.getLogger(__name__)


class Poller:
    """Delivers the messages of a queue one by one, and settles what became of them.

    A message stays hidden from others while the handler has it, however long that takes. If the
    handler fails, it comes back after a pause that grows with each delivery.

    Args:
        queue: where messages come from.
        handler: takes an SQS event of one record and answers with its ``batchItemFailures``, as
            a Lambda function does; called from several threads.
        visibility_timeout: of the queue, in seconds.
        source: the queue's name, for the event's ``eventSourceARN``.
        check: raises ``StorageUnavailable`` while the handler could do nothing. So a store that
            is away for a while uses up no deliveries.
    """

    def __init__(
        self,
        queue: Queue,
        handler: Callable[[dict[str, Any]], dict[str, Any]],
        visibility_timeout: float,
        source: str,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._queue = queue
        self._handler = handler
        self._visibility_timeout = visibility_timeout
        self._source = source
        self._check = check
        self._in_hand: dict[str, Message] = {}

    def run(self, stop: threading.Event, threads: int = 1) -> None:
        """Deliver, ``threads`` messages at a time, until ``stop`` is set and none is in hand."""
        pollers = [
            threading.Thread(target=self._poll, args=(stop,), daemon=True) for _ in range(threads)
        ]
        for poller in pollers:
            poller.start()
        for poller in pollers:
            poller.join()

    def give_back(self) -> None:
        """Give back what is in hand, for a process that must end before the handler does."""
        for message in list(self._in_hand.values()):
            try:
                self._queue.hide(message, 0)
            except StorageUnavailable as error:
                _log.warning("message %s couldn't be given back: %s", message.id, error.detail)

    def _poll(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._check()
                message = self._queue.receive(_WAIT_SECONDS)
                if message is None:
                    continue
                if stop.is_set():
                    self._queue.hide(message, 0)
                else:
                    self._deliver(message)
            except StorageUnavailable as error:
                _log.warning("no messages of %s now: %s", self._source, error.detail)
                stop.wait(_PAUSE_SECONDS)
            except Exception:  # noqa: BLE001 - a defect may not end all deliveries
                _log.exception("the queue %s", self._source)
                stop.wait(_PAUSE_SECONDS)

    def _deliver(self, message: Message) -> None:
        with self._held(message):
            settled = self._handle(message)
        if settled:
            self._queue.delete(message)
        else:
            self._queue.hide(message, self._backoff(message.delivery_count))

    def _handle(self, message: Message) -> bool:
        try:
            answer = self._handler(self._event(message))
        except Exception:  # noqa: BLE001 - whatever failed, the message comes back
            _log.exception("message %s of the queue %s", message.id, self._source)
            return False
        return not answer["batchItemFailures"]

    @contextmanager
    def _held(self, message: Message) -> Iterator[None]:
        done = threading.Event()
        heart = threading.Thread(target=self._keep_hidden, args=(message, done), daemon=True)
        self._in_hand[message.handle] = message
        heart.start()
        try:
            yield
        finally:
            done.set()
            heart.join()
            del self._in_hand[message.handle]

    def _keep_hidden(self, message: Message, done: threading.Event) -> None:
        while not done.wait(self._visibility_timeout / 3):
            try:
                self._queue.hide(message, self._visibility_timeout)
            except StorageUnavailable as error:
                _log.warning("message %s couldn't be kept: %s", message.id, error.detail)

    def _backoff(self, delivery_count: int) -> float:
        doubled = _FIRST_BACKOFF_SECONDS * 2.0 ** min(delivery_count, _MOST_DOUBLINGS)
        return min(doubled, self._visibility_timeout)

    def _event(self, message: Message) -> dict[str, Any]:
        record = {
            "messageId": message.id,
            "receiptHandle": message.handle,
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.delivery_count)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:local:000000000000:{self._source}",
            "awsRegion": "local",
        }
        return {"Records": [record]}
