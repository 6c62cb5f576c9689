"""Waiting for what nobody tells of."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

_LOOK_SECONDS: Final = 0.2


async def until(condition: Callable[[], object], end: float) -> bool:
    """Whether the condition came true before ``end``, by the monotonic clock."""
    while not condition():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
    return True
