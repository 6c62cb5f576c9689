"""Job states and hot results in Redis, for several machines that share the work."""

from __future__ import annotations

from typing import Final

import redis
from redis.backoff import EqualJitterBackoff
from redis.retry import Retry

from anime_shared.adapters.redis.jobs import RedisJobStore
from anime_shared.adapters.redis.objects import HotObjectStore
from anime_shared.ports.object_store import ObjectStore
from anime_shared.settings import PlatformSettings

_ANSWER_SECONDS: Final = 5
_RETRIES: Final = 3
# What isn't asked for again so soon can as well be read from the disk.
HOT_SECONDS: Final = 3600.0


def open_records(settings: PlatformSettings) -> RedisJobStore:
    """The records in the Redis of ``settings.cache_url``, which is asked at the first use."""
    return RedisJobStore(_client(settings))


def put_before(store: ObjectStore, settings: PlatformSettings) -> ObjectStore:
    """The store with that Redis before it, for what was just written."""
    return HotObjectStore(store, _client(settings), min(HOT_SECONDS, settings.retention))


def _client(settings: PlatformSettings) -> redis.Redis:
    """Opens a lost connection again, and asks again after 0.1 to 1 s, three times."""
    assert settings.cache_url is not None  # noqa: S101 - chosen by it
    return redis.Redis.from_url(
        settings.cache_url.get_secret_value(),
        socket_timeout=_ANSWER_SECONDS,
        socket_connect_timeout=_ANSWER_SECONDS,
        health_check_interval=30,
        retry=Retry(EqualJitterBackoff(cap=1.0, base=0.1), _RETRIES),
    )
