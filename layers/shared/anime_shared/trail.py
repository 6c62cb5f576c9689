"""What ties together all that is done for one wish, from page to worker.

The correlation id is a name that the client gave, or that was made where it came in; each log line
has it. The ``traceparent`` (W3C Trace Context) is the piece of work that goes on right now, where
traces are told.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final

from anime_shared.jobs import new_id

CORRELATION_HEADER: Final = "X-Correlation-ID"
TRACE_HEADER: Final = "traceparent"
_CORRELATION_ID: Final = re.compile(r"[A-Za-z0-9_.-]{8,64}", re.ASCII)
_TRACEPARENT: Final = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Trail:
    """One wish's.

    Attributes:
        correlation_id: 8 to 64 letters, digits, ``_``, ``.`` and ``-``.
        traceparent: of the work that goes on; ``None`` where nobody traces.
    """

    correlation_id: str
    traceparent: str | None = None

    @classmethod
    def of(cls, correlation_id: str | None, traceparent: str | None) -> Trail:
        """What someone sent, as far as it is well-formed; an id is made if there is none."""
        if correlation_id is None or not _CORRELATION_ID.fullmatch(correlation_id):
            correlation_id = new_id()
        if traceparent is not None and not _TRACEPARENT.fullmatch(traceparent):
            traceparent = None
        return cls(correlation_id, traceparent)

    def fields(self) -> dict[str, str]:
        """As a message holds it."""
        told = {"correlation_id": self.correlation_id, "traceparent": self.traceparent}
        return {name: text for name, text in told.items() if text is not None}


_current: ContextVar[Trail | None] = ContextVar("trail", default=None)


def current() -> Trail | None:
    """The trail of what this thread or task does."""
    return _current.get()


def fields() -> dict[str, str]:
    """The current trail as a message holds it; empty if there is none."""
    trail = current()
    return {} if trail is None else trail.fields()


def follow(trail: Trail) -> None:
    """From now on, what this task does is of this trail."""
    _current.set(trail)


@contextmanager
def following(trail: Trail) -> Iterator[None]:
    """What is done in the block is of this trail."""
    token = _current.set(trail)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def working(traceparent: str) -> Iterator[None]:
    """This piece of work goes on in the block."""
    with following(replace(current() or Trail.of(None, None), traceparent=traceparent)):
        yield


def name_in_logs() -> None:
    """Give each log record of this process a ``correlation_id``; ``None`` where there is none."""
    make = logging.getLogRecordFactory()
    if getattr(make, "names_trail", False):
        return

    def made(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        trail = current()
        record.correlation_id = None if trail is None else trail.correlation_id
        return record

    made.names_trail = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(made)
