"""Python imports this at its start where it is on the path: ``time.time()`` goes by a file.

The file holds one double, the seconds from the true time. The monotonic clock stays as it is,
as it does where somebody sets the system's clock. libfaketime can't do that here: it stops the
monotonic clock, too, or breaks ``time.sleep()``.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from typing import Final

_NANOSECONDS: Final = 1_000_000_000
_true_time, _true_time_ns = time.time, time.time_ns
with open(os.environ["SOAK_CLOCK"], "rb") as _file:  # noqa: PTH123 - before all other imports
    _offset: Final = mmap.mmap(_file.fileno(), 8, access=mmap.ACCESS_READ)


def _seconds() -> float:
    (seconds,) = struct.unpack("d", _offset[:8])
    return float(seconds)


time.time = lambda: _true_time() + _seconds()
time.time_ns = lambda: _true_time_ns() + int(_seconds() * _NANOSECONDS)
