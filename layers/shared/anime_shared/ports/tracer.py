"""Where traces are told: which work was done for a wish, and how long each piece took."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Attribute = str | int | float | bool


class Span(Protocol):
    """A piece of work that goes on."""

    def tell(self, **attributes: Attribute) -> None:
        """More of it; no photo, file name or address."""


class Tracer(Protocol):
    """Takes the work of one service; safe to call from many threads."""

    def span(self, name: str, /, **attributes: Attribute) -> AbstractContextManager[Span]:
        """A piece of work, as long as the block runs.

        It is part of the block around it or, where there is none, of the current trail's
        ``traceparent``. What the block raises marks it as failed.
        """

    def flush(self) -> None:
        """Send what wasn't sent yet, for a process that ends."""


class Untraced:
    """A ``Tracer`` where nobody looks."""

    @contextmanager
    def span(self, name: str, /, **attributes: Attribute) -> Iterator[Span]:  # noqa: ARG002
        """Nothing."""
        yield self

    def tell(self, **attributes: Attribute) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing."""
