"""One connection to a broker, held by a thread of its own."""

from __future__ import annotations

import asyncio
import random
import threading
import weakref
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from anime_shared.errors import StorageUnavailable

ANSWER_SECONDS: Final = 5.0
_CONNECT_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 2.0
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 5.0
T = TypeVar("T")


class Link:
    """A connection that many threads use, opened at the first use and again when it is lost.

    Its thread answers the broker's heartbeats while all others work. After a failure the broker is
    let alone for a while, which doubles from 0.1 s to 5 s; whoever asks in the meantime hears at
    once that it isn't there. ``close()`` ends connection and thread; so does the link's end.

    Args:
        url: ``amqp://`` or ``amqps://``, with user, password and virtual host; it is told nobody.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._opening = asyncio.Lock()
        self._open: list[AbstractConnection] = []
        self._failures = 0
        self._closed_until = 0.0
        thread = threading.Thread(target=_run, args=(self._loop,), name="rabbitmq", daemon=True)
        thread.start()
        self.close = weakref.finalize(self, _end, self._loop, thread, self._open)

    def call(self, work: Coroutine[Any, Any, T], wait_seconds: float = 0.0) -> T:
        """What ``work`` returns; it runs in the link's thread.

        Args:
            work: uses :meth:`connection`.
            wait_seconds: that it may take beside the broker's own time.

        Raises:
            StorageUnavailable: the broker can't be reached, refuses, or doesn't answer in time.
        """
        future = asyncio.run_coroutine_threadsafe(self._bounded(work, wait_seconds), self._loop)
        try:
            return future.result()
        except CONNECTION_EXCEPTIONS as error:
            raise StorageUnavailable("the queue doesn't answer, or refuses") from error

    async def connection(self) -> AbstractConnection:
        """The open connection; only for the link's thread.

        Raises:
            one of CONNECTION_EXCEPTIONS: there is none.
        """
        async with self._opening:
            if self._open and self._open[0].connected.is_set():
                return self._open[0]
            if self._loop.time() < self._closed_until:
                raise ConnectionError("it failed a moment ago")
            self._open.clear()
            try:
                connection = await aio_pika.connect(self._url, timeout=_CONNECT_SECONDS)
            except BaseException:
                self._pause()
                raise
            self._failures = 0
            self._open.append(connection)
            return connection

    async def _bounded(self, work: Coroutine[Any, Any, T], wait_seconds: float) -> T:
        try:
            return await asyncio.wait_for(work, _CONNECT_SECONDS + ANSWER_SECONDS + wait_seconds)
        except TimeoutError:
            # What it was about to get would be in nobody's hands; so it goes back to the broker.
            await _close(self._open)
            raise

    def _pause(self) -> None:
        # Many processes lose their broker at the same moment; they needn't come back at the same.
        pause = min(_FIRST_PAUSE_SECONDS * 2.0**self._failures, _LONGEST_PAUSE_SECONDS)
        self._closed_until = self._loop.time() + pause * random.uniform(0.5, 1.0)  # noqa: S311
        self._failures = min(self._failures + 1, 16)


async def _close(connections: list[AbstractConnection]) -> None:
    while connections:
        try:
            await asyncio.wait_for(connections.pop().close(), _CLOSE_SECONDS)
        except CONNECTION_EXCEPTIONS:
            continue


def _end(
    loop: asyncio.AbstractEventLoop, thread: threading.Thread, connections: list[AbstractConnection]
) -> None:
    asyncio.run_coroutine_threadsafe(_close_and_stop(connections), loop)
    # The garbage collector comes by in any thread, in this one, too.
    if thread is not threading.current_thread():
        thread.join(2 * _CLOSE_SECONDS)


async def _close_and_stop(connections: list[AbstractConnection]) -> None:
    await _close(connections)
    asyncio.get_running_loop().stop()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()
