"""What a process that measures knows of itself and bounds itself by; Linux only."""

from __future__ import annotations

import resource
from pathlib import Path

import psutil


def peak_mib() -> float:
    """Peak resident memory of this process so far.

    Not ``ru_maxrss``: that begins with the peak of the process that started this one.
    """
    return _status_kib("VmHWM") / 1024


def available_mib() -> float:
    """What the machine, or the container that this runs in, can still give."""
    free = float(psutil.virtual_memory().available)
    limit, used = (Path("/sys/fs/cgroup", f"memory.{name}") for name in ("max", "current"))
    if limit.exists() and (most := limit.read_text().strip()) != "max":
        free = min(free, int(most) - int(used.read_text()))
    return free / 2**20


def allow_more(mib: float) -> None:
    """Let this process map at most that much more: beyond, an allocation fails, nothing swaps."""
    limit = int((_status_kib("VmSize") / 1024 + mib) * 2**20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _status_kib(field: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0])
