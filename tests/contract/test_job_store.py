"""What every ``JobStore`` does."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from anime_shared.ports.job_store import JobStore, Record

THREADS = 8
ROUNDS = 5
EXPIRES_AT = 2_000_000_000


@pytest.fixture
def store(job_store: JobStore) -> JobStore:
    return job_store


def created(store: JobStore, key: str = "job#1", body: str = "{}") -> Record:
    assert store.create(key, body, EXPIRES_AT)
    record = store.get(key)
    assert record is not None
    return record


def test_a_record_comes_back_as_it_was(store: JobStore) -> None:
    record = created(store, body='{"name": "Zoë 🎨"}')
    assert (record.key, record.body) == ("job#1", '{"name": "Zoë 🎨"}')
    assert record.expires_at == EXPIRES_AT


def test_a_key_is_taken_once(store: JobStore) -> None:
    created(store, body="first")
    assert not store.create("job#1", "second", EXPIRES_AT)
    assert store.get_many(["job#1"])["job#1"].body == "first"


def test_a_record_is_replaced(store: JobStore) -> None:
    record = created(store)
    assert store.replace(record, "new")
    replaced = store.get("job#1")
    assert replaced is not None
    assert replaced.body == "new"
    assert replaced.expires_at == EXPIRES_AT
    assert store.replace(replaced, "newer")


def test_a_record_that_was_changed_since_is_not_replaced(store: JobStore) -> None:
    record = created(store)
    assert store.replace(record, "mine")
    assert not store.replace(record, "theirs")
    assert store.get_many(["job#1"])["job#1"].body == "mine"


def test_a_record_that_was_deleted_since_is_not_replaced(store: JobStore) -> None:
    record = created(store)
    store.delete("job#1")
    assert not store.replace(record, "new")
    assert store.get("job#1") is None


def test_a_record_that_was_made_anew_is_another(store: JobStore) -> None:
    old = created(store)
    store.delete("job#1")
    created(store, body="anew")
    assert not store.replace(old, "mine")


def test_deleting_what_is_not_there_is_fine(store: JobStore) -> None:
    store.delete("job#1")
    assert store.get("job#1") is None


def test_many_records_at_once(store: JobStore) -> None:
    keys = [f"job#{number}" for number in range(130)]
    for key in keys:
        assert store.create(key, key, EXPIRES_AT)
    found = store.get_many([keys[0], *keys, "job#none"])
    assert {key: record.body for key, record in found.items()} == dict(zip(keys, keys, strict=True))
    assert store.get_many([]) == {}


def test_many_megabytes_of_records_come_whole(store: JobStore) -> None:
    keys = [f"job#{number}" for number in range(45)]
    for key in keys:
        assert store.create(key, "x" * 390_000, EXPIRES_AT)
    assert sorted(store.get_many(keys)) == sorted(keys)


def test_of_many_writers_at_once_each_wins_once(store: JobStore) -> None:
    created(store, body="0")
    gate = threading.Barrier(THREADS)

    def count() -> int:
        lost = 0
        for _ in range(ROUNDS):
            gate.wait()
            while True:
                record = store.get("job#1")
                assert record is not None
                if store.replace(record, str(int(record.body) + 1)):
                    break
                lost += 1
        return lost

    with ThreadPoolExecutor(THREADS) as pool:
        lost = sum(future.result() for future in [pool.submit(count) for _ in range(THREADS)])
    record = store.get("job#1")
    assert record is not None
    assert record.body == str(THREADS * ROUNDS)
    assert lost > 0, "the writers never met"


def test_of_many_makers_at_once_one_wins(store: JobStore) -> None:
    gate = threading.Barrier(THREADS)

    def make(number: int) -> bool:
        gate.wait()
        return store.create("job#1", str(number), EXPIRES_AT)

    with ThreadPoolExecutor(THREADS) as pool:
        wins = list(pool.map(make, range(THREADS)))
    assert wins.count(True) == 1
    assert store.get_many(["job#1"])["job#1"].body == str(wins.index(True))
