"""``animegan serve`` as a person starts it, on a port and in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

from tests.ports import free_port

_READY: Final = "is ready after"
_START_SECONDS: Final = 90
_STOP_SECONDS: Final = 60


class Stack:
    """The server, stopped at first.

    Args:
        folder: where it logs, and where its data lies unless ``data`` is given.
        data: another folder for its data.
        settings: environment variables that it has beside ours.
        before: a command that starts it, as ``nice``.
    """

    def __init__(
        self,
        folder: Path,
        data: Path | None = None,
        settings: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.data = data or folder / "data"
        self._port = free_port()
        self._environment = {**os.environ, **(settings or {})}
        self._before = before
        self._process: psutil.Popen | None = None

    @property
    def url(self) -> str:
        """Where it answers, also after it was started again."""
        return f"http://127.0.0.1:{self._port}"

    @contextmanager
    def running(self) -> Iterator[Stack]:
        """It runs while the block does."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def start(self) -> None:
        """Start, and wait until it is ready.

        Raises:
            RuntimeError: it doesn't become ready.
        """
        log = self.folder / "serve.log"
        with log.open("a") as file:
            begins = file.tell()
            self._process = psutil.Popen(
                [
                    *self._before,
                    *(sys.executable, "-m", "anime_local", "serve"),
                    *("--port", str(self._port), "--data-dir", str(self.data)),
                ],
                env=self._environment,
                stderr=file,
                stdout=file,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        end = time.monotonic() + _START_SECONDS
        while _READY not in log.read_text()[begins:]:
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"the server doesn't start:\n{log.read_text()[begins:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Tell it to stop, and see that nothing of it is left."""
        if self._process is None:
            return
        family = [self._process, *self._process.children()] if self._process.is_running() else []
        self._process.terminate()
        _, left = psutil.wait_procs(family, timeout=_STOP_SECONDS)
        for each in left:
            each.kill()
        self._process = None

    def kill(self) -> None:
        """End the supervisor at once, and wait for its children to follow."""
        assert self._process is not None
        family = [self._process, *self._process.children()]
        self._process.kill()
        self._process.wait()
        end = time.monotonic() + _STOP_SECONDS
        while any(_lives(each) for each in family) and time.monotonic() < end:
            time.sleep(0.05)
        self._process = None

    def process(self, module: str) -> psutil.Process:
        """The one of its processes that runs a module.

        Raises:
            LookupError: none does right now.
        """
        assert self._process is not None
        for child in self._process.children():
            # One that has just died is still a child.
            with suppress(psutil.NoSuchProcess):
                if module in child.cmdline():
                    return child
        raise LookupError(module)


def _lives(process: psutil.Process) -> bool:
    # Whoever inherits a child may leave it to be a zombie.
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
