"""Objects that many want soon again, in Redis before another store."""

from __future__ import annotations

from typing import IO, Final

import redis

from anime_shared.adapters.redis.unavailable import told_as_unavailable
from anime_shared.ports.object_store import ObjectStore, SignedRequest

_PREFIX: Final = "animegan:object:"
LARGEST_HOT: Final = 8 * 2**20


class HotObjectStore:
    """An ``ObjectStore`` whose new and small objects lie in Redis, too, for a while.

    Args:
        store: has all of them.
        client: gives bytes.
        seconds: how long an object stays hot.
    """

    def __init__(self, store: ObjectStore, client: redis.Redis, seconds: float) -> None:
        self._store = store
        self._client = client
        self._milliseconds = int(1000 * seconds)

    def put(self, key: str, data: bytes | IO[bytes], content_type: str) -> None:
        """Write an object, at once or not at all; only one of at most 8 MiB is hot."""
        self._store.put(key, data, content_type)
        with told_as_unavailable():
            if isinstance(data, bytes) and len(data) <= LARGEST_HOT:
                self._client.set(_PREFIX + key, data, px=self._milliseconds)
            else:
                self._client.delete(_PREFIX + key)

    def get(self, key: str) -> bytes | None:
        """The object's bytes; ``None`` if there is none."""
        with told_as_unavailable():
            data = self._client.get(_PREFIX + key)
        # What is read doesn't become hot: between two steps it may have been deleted for good.
        return data if isinstance(data, bytes) else self._store.get(key)

    def size(self, key: str) -> int | None:
        """The object's size in bytes; ``None`` if there is none."""
        return self._store.size(key)

    def read_start(self, key: str, count: int) -> bytes:
        """The first ``count`` bytes, or all if there are fewer; none if there is no object."""
        return self._store.read_start(key, count)

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens if there is none."""
        self._store.delete(key)
        with told_as_unavailable():
            self._client.delete(_PREFIX + key)

    def sign_put(self, key: str, size: int, content_type: str, seconds: float) -> SignedRequest:
        """Let someone write this object, of exactly this size and type."""
        return self._store.sign_put(key, size, content_type, seconds)

    def sign_get(
        self, key: str, content_type: str, file_name: str, seconds: float
    ) -> SignedRequest:
        """Let someone read this object; a browser saves it as ``file_name``."""
        return self._store.sign_get(key, content_type, file_name, seconds)
