"""Steps of a run, each named with its time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class CannotGoOn(Exception):
    """Something is missing or failed; the message says what, and what to do about it."""


class Steps:
    """Tells what is being done, and at the end how long each part took."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Announce a step, and tell its time when it is over."""
        say(f"== {name}")
        began = time.monotonic()
        outcome = "failed after"
        try:
            yield
            outcome = "done in"
        finally:
            self._seconds[name] = time.monotonic() - began
            say(f"== {name}: {outcome} {self._seconds[name]:.1f} s")

    def summary(self) -> None:
        """Tell the time of each step, and of all."""
        say("\nseconds")
        for name, seconds in self._seconds.items():
            say(f"{seconds:8.1f}  {name}")
        say(f"{time.monotonic() - self._began:8.1f}  all in all")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
