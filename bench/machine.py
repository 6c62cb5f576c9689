"""Where a report was measured, in words."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Final

import psutil

# Of what a processor can do, what these engines ask for; the flag, and how a reader knows it.
_FEATURES: Final = {
    "avx2": "AVX2",
    "avx512f": "AVX-512",
    "avx512_vnni": "VNNI",
    "avx512_bf16": "AVX-512 BF16",
    "amx_bf16": "AMX BF16",
}


def describe() -> list[str]:
    """Processor, what it can do, memory, system and Python."""
    information = Path("/proc/cpuinfo").read_text()
    flags = set(_field(information, "flags").split())
    can = [word for flag, word in _FEATURES.items() if flag in flags]
    cpus = len(os.sched_getaffinity(0))
    model = _field(information, "model name") or platform.machine()
    return [
        f"{model}, {cpus} processors, {', '.join(can) or 'no vector extensions known here'}",
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB of memory",
        f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
    ]


def _field(information: str, name: str) -> str:
    lines = (line.partition(":") for line in information.splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "")
