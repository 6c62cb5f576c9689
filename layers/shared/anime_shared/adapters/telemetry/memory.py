"""Memory of this process, as the system tells it."""

from __future__ import annotations

import os
import resource
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from anime_shared.ports.memory import Peak

_SELF: Final = Path("/proc/self")
# To Linux: forget the peak so far (proc_pid_clear_refs(5)).
_FORGET_PEAK: Final = "5"
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_UNIT: Final = 1 if sys.platform == "darwin" else 1024


class SystemMemory:
    """A ``ProcessMemory`` of Linux; elsewhere, and where ``/proc`` is locked, of its whole life."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watching = 0

    def now(self) -> int:
        """What is resident; where the system can't tell, the most that ever was."""
        try:
            return int((_SELF / "statm").read_text().split()[1]) * _PAGE
        except OSError:
            return _most_ever()

    @contextmanager
    def peak(self) -> Iterator[Peak]:
        """The most that is resident while the block runs, filled in at its end."""
        peak = Peak()
        with self._lock:
            # Whoever watches already needs the peak that there was.
            if self._watching == 0:
                _forget_peak()
            self._watching += 1
        try:
            yield peak
        finally:
            with self._lock:
                self._watching -= 1
            peak.bytes = _most_since_forgotten()


def _forget_peak() -> None:
    try:
        (_SELF / "clear_refs").write_text(_FORGET_PEAK)
    except OSError:
        return


def _most_since_forgotten() -> int:
    try:
        status = (_SELF / "status").read_text()
    except OSError:
        return _most_ever()
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return _most_ever() if line is None else int(line.split()[1]) * 1024


def _most_ever() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
