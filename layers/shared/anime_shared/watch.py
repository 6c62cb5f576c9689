"""Tells, now and then, what no piece of work tells: memory, and how long queues are."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Mapping
from typing import Final

from anime_shared.errors import StorageUnavailable
from anime_shared.metrics import MEMORY_BYTES, QUEUE_AGE_SECONDS, QUEUE_DEPTH, STARTS
from anime_shared.ports.memory import ProcessMemory
from anime_shared.ports.meter import Meter
from anime_shared.ports.queue import Queue, TellsAge

INTERVAL_SECONDS: Final = 5.0
_log = logging.getLogger(__name__)


class Watch:
    """Watches this process from a thread that ends with it, and queues.

    Args:
        meter: is told.
        memory: of this process.
        queues: finds them, by their names, each time.
    """

    def __init__(
        self,
        meter: Meter,
        memory: ProcessMemory,
        queues: Callable[[], Mapping[str, Queue]],
    ) -> None:
        self._meter = meter
        self._memory = memory
        self._queues = queues

    def start(self) -> None:
        """Begin."""
        self._meter.record(STARTS)
        self.look()
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    def look(self) -> None:
        """Tell how it is now; a queue that doesn't answer is not a number."""
        self._meter.record(MEMORY_BYTES, self._memory.now())
        try:
            queues = self._queues()
        except StorageUnavailable as error:
            _log.warning("the queues can't be opened: %s", error.detail)
            return
        for name, queue in queues.items():
            depth, age = _length_of(queue)
            self._meter.record(QUEUE_DEPTH, depth, queue=name)
            self._meter.record(QUEUE_AGE_SECONDS, age, queue=name)

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(INTERVAL_SECONDS):
            self.look()


def _length_of(queue: Queue) -> tuple[float, float]:
    try:
        return queue.depth(), queue.age() if isinstance(queue, TellsAge) else math.nan
    except StorageUnavailable:
        # Those who work with it say so in the log.
        return math.nan, math.nan
