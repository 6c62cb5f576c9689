"""What Redis says, in words that a client may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import redis

from anime_shared.errors import StorageUnavailable


@contextmanager
def told_as_unavailable() -> Iterator[None]:
    """Raise ``StorageUnavailable`` for whatever the client raises in the block."""
    try:
        yield
    except (redis.RedisError, OSError) as error:
        raise StorageUnavailable("the store doesn't answer, or refuses") from error
