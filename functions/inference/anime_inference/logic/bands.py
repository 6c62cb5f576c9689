"""Large pictures row by row, where an operation on each pixel would need copies of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

# Few enough for the copies to be small, and enough for the calls not to count.
_PIXELS: Final = 1 << 20


def bands(height: int, width: int, multiple: int = 1) -> Iterator[slice]:
    """Rows from top to bottom, about a megapixel at a time, ``multiple`` rows or more.

    All but the last are a multiple of it.
    """
    rows = max(1, _PIXELS // (width * multiple)) * multiple
    return (slice(top, min(top + rows, height)) for top in range(0, height, rows))
