"""Waiting for a store that fails: what is in hand would only be lost to the next failure."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from anime_shared.errors import StorageUnavailable

_FIRST_DELAY: Final = 0.25
_LONGEST_DELAY: Final = 5.0
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Does a step again for so many seconds while a store or queue fails.

    ``over`` ends it before: nobody waits any more once it is set.
    """

    seconds: float
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, step: Callable[[], T]) -> T:
        """What ``step`` returns, at once or later; it may safely be done twice.

        Raises:
            StorageUnavailable: it failed for all that time, or until ``over``.
        """
        end = time.monotonic() + self.seconds
        delay = _FIRST_DELAY
        while True:
            try:
                return step()
            except StorageUnavailable as error:
                if time.monotonic() + delay > end or self.over.is_set():
                    raise
                _log.warning("waiting for a store: %s", error.detail)
            self.over.wait(delay)
            delay = min(2 * delay, _LONGEST_DELAY)
