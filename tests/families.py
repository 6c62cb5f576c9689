"""Ending what a test has started."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import psutil

_SECONDS: Final = 60


def kill_family(process: psutil.Popen) -> None:
    """End a process with ``kill -9``, and what it has started; any may end by itself meanwhile."""
    family: list[psutil.Process] = []
    with suppress(psutil.NoSuchProcess):
        family = [*process.children(recursive=True), process]
    for each in family:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    psutil.wait_procs(family, _SECONDS)
    process.wait()
