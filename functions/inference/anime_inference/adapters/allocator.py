"""How this process keeps the memory that it has freed."""

from __future__ import annotations

import contextlib
import ctypes
from typing import Final

# M_MMAP_THRESHOLD of glibc's malloc.h, and what it is set to.
_MMAP_THRESHOLD: Final = -3
_LARGE_BYTES: Final = 8 << 20


def give_back_large_blocks() -> None:
    """Return large blocks to the system as soon as they are freed.

    By itself, glibc learns from what is freed to keep blocks of up to 32 MiB, and the tensors of a
    picture of half a megapixel, which are that large, then lie in memory twice. Other
    systems' allocators have no such call, and nothing happens.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
