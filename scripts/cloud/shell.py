"""Commands, and processes that outlive a command, on this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from scripts.cloud.steps import CannotGoOn

ROOT: Final = Path(__file__).parents[2]
WORK: Final = ROOT / ".cloud"
_TAIL: Final = 4000


def run(
    *command: str | Path,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    seconds: float = 600,
    shown: bool = False,
) -> str:
    """What a command prints.

    Args:
        command: program and arguments; no shell is involved.
        folder: where it runs.
        environment: beside this process's.
        seconds: after which it is ended.
        shown: print it as it comes, and return nothing.

    Raises:
        CannotGoOn: it failed; the message ends with what it said.
    """
    try:
        done = subprocess.run(  # noqa: S603
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            timeout=seconds,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.PIPE,
            stderr=None if shown else subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise CannotGoOn(f"{command[0]} is not installed") from None
    except subprocess.TimeoutExpired:
        raise CannotGoOn(f"{command[0]} took longer than {seconds:.0f} s") from None
    if done.returncode:
        told = (done.stdout or "")[-_TAIL:]
        line = " ".join(str(part) for part in command)
        raise CannotGoOn(f"{line}: exit status {done.returncode}\n{told}")
    return done.stdout or ""


class Daemon:
    """A process in the background, known by a file with its id, so that a later run can end it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.log = WORK / "log" / f"{name}.log"
        self._file = WORK / "pid" / name

    def start(
        self,
        *command: str | Path,
        ready: Callable[[], bool],
        folder: Path = ROOT,
        environment: Mapping[str, str] | None = None,
        seconds: float = 60,
    ) -> None:
        """Start it, and wait until it is ready.

        Raises:
            CannotGoOn: it ended, or isn't ready in time; the message ends with its log.
        """
        for path in (self.log, self._file):
            path.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                command,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._file.write_text(f"{process.pid} {_birth(process.pid)}")
        give_up = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None or time.monotonic() > give_up:
                self.end()
                log_tail = self.log.read_text(errors="replace")[-_TAIL:]
                raise CannotGoOn(f"{self.name} doesn't start; {self.log} ends with\n{log_tail}")
            time.sleep(0.2)

    def end(self, seconds: float = 30) -> None:
        """End it, also if another run started it; nothing happens if it isn't there."""
        pid = self._pid()
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            give_up = time.monotonic() + seconds
            while self._pid() is not None:
                if time.monotonic() > give_up:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.2)
        self._file.unlink(missing_ok=True)

    def _pid(self) -> int | None:
        try:
            pid, birth = self._file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        # The id may have been given to another process since.
        return int(pid) if _birth(int(pid)) == birth else None


def _birth(pid: int) -> str | None:
    """When a process began, in ticks since the machine did; ``None`` if there is none any more."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, birth = fields[0], fields[19]
    return None if state == "Z" else birth
