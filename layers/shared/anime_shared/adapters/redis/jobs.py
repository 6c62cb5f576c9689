"""Records in Redis."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, Final

import redis

from anime_shared.adapters.redis.unavailable import told_as_unavailable
from anime_shared.ports.job_store import Record

_PREFIX: Final = "animegan:record:"
_EXPIRY: Final = "animegan:expiry"
_SWEPT_AT_ONCE: Final = 1000
_FIELDS: Final = ("body", "expires_at", "version")
# The client sends a script again whose answer was lost; what it wrote itself isn't another's.
_CREATE: Final = """
local known = redis.call('HGET', KEYS[1], 'version')
if known then return known == ARGV[3] and 1 or 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[1], 'expires_at', ARGV[2], 'version', ARGV[3])
redis.call('ZADD', KEYS[2], ARGV[2], KEYS[1])
return 1
"""
_REPLACE: Final = """
local known = redis.call('HGET', KEYS[1], 'version')
if known == ARGV[3] then return 1 end
if known ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[1], 'version', ARGV[3])
return 1
"""


class RedisJobStore:
    """A ``JobStore`` of hashes, with a sorted set of when they expire; ``client`` gives bytes.

    Redis isn't told when: what has a time to live, it may give up before, when it is full.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._create = client.register_script(_CREATE)
        self._replace = client.register_script(_REPLACE)

    def get(self, key: str) -> Record | None:
        """The record; ``None`` if there is none."""
        return self.get_many([key]).get(key)

    def get_many(self, keys: Sequence[str]) -> dict[str, Record]:
        """The records that there are, by key."""
        with told_as_unavailable(), self._client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.hmget(_PREFIX + key, _FIELDS)
            rows = pipeline.execute()
        return {
            key: Record(key, body.decode(), int(expires_at), int(version))
            for key, (body, expires_at, version) in zip(keys, rows, strict=True)
            if body is not None
        }

    def create(self, key: str, body: str, expires_at: int) -> bool:
        """Write a new record; ``False`` and nothing happens if the key is taken."""
        with told_as_unavailable():
            arguments = (body, expires_at, _new_version())
            return bool(self._create([_PREFIX + key, _EXPIRY], arguments))

    def replace(self, record: Record, body: str) -> bool:
        """Write over a record; ``False`` and nothing happens if it was changed or deleted since."""
        with told_as_unavailable():
            done = self._replace([_PREFIX + record.key], [body, record.version, _new_version()])
        return bool(done)

    def delete(self, key: str) -> None:
        """Remove a record; nothing happens if there is none."""
        self._remove([_PREFIX + key])

    def sweep(self, now: float) -> int:
        """Remove what has expired, in seconds since 1970 UTC; how many records it was.

        Raises:
            StorageUnavailable: the store can't be read or written.
        """
        removed = 0
        while True:
            with told_as_unavailable():
                keys = self._client.zrangebyscore(_EXPIRY, "-inf", now, 0, _SWEPT_AT_ONCE)
            if not keys:
                return removed
            removed += self._remove(keys)

    def _remove(self, keys: Sequence[Any]) -> int:
        with told_as_unavailable(), self._client.pipeline() as pipeline:
            pipeline.delete(*keys)
            pipeline.zrem(_EXPIRY, *keys)
            return int(pipeline.execute()[0])


def _new_version() -> int:
    """Of one write and no other, so that a record that is made anew isn't taken for the old one."""
    return secrets.randbits(62)
