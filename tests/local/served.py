"""``animegan serve`` as a process, for tests and measurements."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.families import kill_family

_READY = re.compile(r"is ready after .* s: (\S+)")
_START_SECONDS = 90
_STOP_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Served:
    """A server at ``url``; ``process`` supervises the others, and its files lie in ``data``."""

    url: str
    process: psutil.Popen
    data: Path

    def child(self, module: str) -> psutil.Process:
        """The process that runs a module, by its command line."""
        (found,) = (c for c in self.process.children() if any(module in a for a in c.cmdline()))
        return found


@contextmanager
def served(data: Path, *options: str, **settings: str) -> Iterator[Served]:
    """A server on a free port, with its data in ``data``; it is stopped at the end.

    ``settings`` are environment variables without their prefix, in any case.
    """
    data.mkdir(parents=True, exist_ok=True)
    environment = {f"ANIME_{name.upper()}": value for name, value in settings.items()}
    command = ("serve", "--port", "0", "--data-dir", str(data), *options)
    with (data / "serve.log").open("w") as log:
        process = psutil.Popen(
            [sys.executable, "-m", "anime_local", *command],
            env={**os.environ, **environment},
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield Served(url_when_ready(process, data / "serve.log"), process, data)
        with suppress(psutil.NoSuchProcess):
            process.terminate()
        process.wait(_STOP_SECONDS)
    finally:
        kill_family(process)


def url_when_ready(process: psutil.Popen, log: Path) -> str:
    """Where the server answers that ``process`` is or has started, as it says in its log."""
    end = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        ready = _READY.search(log.read_text())
        if ready is not None:
            return ready[1]
        time.sleep(0.05)
    raise AssertionError(f"the server didn't start:\n{log.read_text()}")
