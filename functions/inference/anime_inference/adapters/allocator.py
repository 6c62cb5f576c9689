"""How this process keeps the memory that it has freed."""

from __future__ import annotations

import contextlib
import ctypes
from typing import Final

# M_MMAP_THRESHOLD and M_TRIM_THRESHOLD of glibc's malloc.h. Naming one of them ends what glibc
# learns of both, so both are named.
_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1
_LARGE_BYTES: Final = 16 << 20


def give_back_large_blocks() -> None:
    """Return large blocks to the system as soon as they are freed.

    By itself, glibc learns from what is freed to keep blocks of up to 32 MiB, and the tensors of a
    picture of half a megapixel, which are that large, then lie in memory twice. Other
    systems' allocators have no such call, and nothing happens.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        libc.mallopt(_TRIM_THRESHOLD, 2 * _LARGE_BYTES)
