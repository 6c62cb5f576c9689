"""What Redis does beside what all stores do: when it dies, is full, or its answer is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from pydantic import SecretStr

from anime_shared.adapters.embedded.sweeper import sweep
from anime_shared.adapters.redis import open_records, put_before
from anime_shared.adapters.redis.objects import LARGEST_HOT
from anime_shared.composition import open_platform
from anime_shared.errors import StorageUnavailable
from anime_shared.ports.job_store import JobStore
from anime_shared.settings import PlatformSettings
from tests.contract.test_unavailable import OF_OBJECTS, OF_RECORDS
from tests.ports import free_port
from tests.servers import RedisServer, redis_server

EXPIRES_AT = 2_000_000_000


def settings_of(folder: Path, url: str) -> PlatformSettings:
    return PlatformSettings(data_dir=folder / "var", cache_url=SecretStr(url))


@pytest.fixture
def client(store_server: RedisServer) -> redis.Redis:
    return redis.Redis.from_url(store_server.url)


def test_records_survive_a_killed_server(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        store = open_records(settings_of(tmp_path, server.url))
        assert store.create("job#1", "{}", EXPIRES_AT)
        record = store.get("job#1")
        assert record is not None
        assert store.replace(record, "new")
        server.kill()
        with pytest.raises(StorageUnavailable):
            store.get("job#1")
        server.start()
        kept = store.get("job#1")
        assert kept is not None
        assert (kept.body, kept.expires_at) == ("new", EXPIRES_AT)
        assert not store.replace(record, "old")


@pytest.mark.parametrize("call", OF_RECORDS.values(), ids=OF_RECORDS)
def test_records_of_a_server_that_is_away(tmp_path: Path, call: object) -> None:
    url = f"redis://:secret@127.0.0.1:{free_port()}/0"
    with pytest.raises(StorageUnavailable) as refused:
        call(open_records(settings_of(tmp_path, url)))  # type: ignore[operator]
    assert "secret" not in f"{refused.value.detail} {refused.value.__cause__}"


@pytest.mark.parametrize("name", ["put", "get", "delete"])
def test_objects_before_which_a_server_is_away(tmp_path: Path, name: str) -> None:
    settings = settings_of(tmp_path, f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(StorageUnavailable):
        OF_OBJECTS[name](open_platform(settings).copies)


def test_expired_records_are_swept(shared_settings: PlatformSettings, client: redis.Redis) -> None:
    store = open_records(shared_settings)
    for number in range(1500):
        assert store.create(f"job#{number}", "{}", 100 + number)
    store.delete("job#3")
    assert sweep(shared_settings, 1100).records == 1000
    assert store.get("job#1000") is None
    assert store.get("job#1001") is not None
    assert sweep(shared_settings, 1100).records == 0
    assert sweep(shared_settings, 5000).records == 499
    assert client.dbsize() == 0
    assert not (shared_settings.data_dir / "jobs.db").exists()


def test_a_hot_object_is_read_from_redis_and_a_cold_one_from_the_store(
    shared_settings: PlatformSettings, client: redis.Redis
) -> None:
    platform = open_platform(shared_settings)
    platform.copies.put("cache/a", b"picture", "image/png")
    platform.results.delete("cache/a")
    assert platform.copies.get("cache/a") == b"picture"
    platform.copies.put("cache/a", b"picture", "image/png")
    client.flushall()
    assert platform.copies.get("cache/a") == b"picture"


def test_a_hot_object_has_its_time(shared_settings: PlatformSettings, client: redis.Redis) -> None:
    open_platform(shared_settings).copies.put("cache/a", b"picture", "image/png")
    (key,) = client.keys("animegan:object:*")
    assert 0 < client.pttl(key) <= 1000 * shared_settings.retention
    long = shared_settings.model_copy(update={"retention": 1e6})
    put_before(open_platform(long).results, long).put("cache/b", b"picture", "image/png")
    assert client.pttl("animegan:object:cache/b") <= 3_600_000


def test_a_large_object_is_not_hot_nor_what_it_replaced(
    shared_settings: PlatformSettings, client: redis.Redis
) -> None:
    copies = open_platform(shared_settings).copies
    copies.put("cache/a", b"small", "image/png")
    large = b"x" * (LARGEST_HOT + 1)
    copies.put("cache/a", large, "image/png")
    assert copies.get("cache/a") == large
    assert client.dbsize() == 0


def test_a_full_server_gives_up_pictures_and_no_record(tmp_path: Path) -> None:
    options = ("maxmemory 24mb", "maxmemory-policy volatile-lru")
    with redis_server(tmp_path, *options) as server:
        settings = settings_of(tmp_path, server.url)
        platform, store = open_platform(settings), open_records(settings)
        keys = [f"job#{number}" for number in range(200)]
        for key in keys:
            assert store.create(key, "x" * 2000, EXPIRES_AT)
        for number in range(60):
            platform.copies.put(f"cache/{number}", bytes([number]) * 2**20, "image/png")
        client = redis.Redis.from_url(server.url)
        assert int(client.info("stats")["evicted_keys"]) > 20
        assert sorted(store.get_many(keys)) == sorted(keys)
        for number in range(60):
            assert platform.copies.get(f"cache/{number}") == bytes([number]) * 2**20


@contextmanager
def losing_answers(server: RedisServer, to: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A way to Redis on which the first answer to a command is lost; its URL, and what was lost."""
    lost: list[bytes] = []

    def pass_on(client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", server.port)) as redis_socket:
            while request := client.recv(65_536):
                redis_socket.sendall(request)
                answer = redis_socket.recv(65_536)
                # The first of its kind only tells that Redis doesn't know the script yet.
                if to in request and not lost and not answer.startswith(b"-NOSCRIPT"):
                    lost.append(answer)
                    return
                client.sendall(answer)

    def accept(listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=pass_on, args=(client,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        port = listener.getsockname()[1]
        yield server.url.replace(f":{server.port}/", f":{port}/"), lost
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.usefixtures("shared_settings")
def test_a_new_record_whose_answer_was_lost_is_ones_own(
    store_server: RedisServer, tmp_path: Path
) -> None:
    with losing_answers(store_server, b"EVALSHA") as (url, lost):
        assert open_records(settings_of(tmp_path, url)).create("job#1", "{}", EXPIRES_AT)
    assert lost == [b":1\r\n"]


def test_a_change_whose_answer_was_lost_is_ones_own(
    shared_settings: PlatformSettings, store_server: RedisServer, tmp_path: Path
) -> None:
    store: JobStore = open_records(shared_settings)
    assert store.create("job#1", "{}", EXPIRES_AT)
    record = store.get("job#1")
    assert record is not None
    with losing_answers(store_server, b"EVALSHA") as (url, lost):
        assert open_records(settings_of(tmp_path, url)).replace(record, "mine")
    assert lost == [b":1\r\n"]
    assert not store.replace(record, "theirs")
