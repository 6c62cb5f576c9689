"""What every ``ObjectStore`` does."""

from __future__ import annotations

import tempfile

import pytest

from anime_shared.platform import Platform
from anime_shared.ports.object_store import ObjectStore

KEY = "jobs/Zk3_b-x9"


@pytest.fixture(params=["results", "copies"])
def store(request: pytest.FixtureRequest, platform: Platform) -> ObjectStore:
    chosen: ObjectStore = getattr(platform, request.param)
    return chosen


@pytest.mark.parametrize("data", [b"", b"\x00\xff" * 500_000], ids=["empty", "a megabyte"])
def test_bytes_come_back_as_they_were(store: ObjectStore, data: bytes) -> None:
    store.put(KEY, data, "image/png")
    assert store.get(KEY) == data
    assert store.size(KEY) == len(data)


def test_the_rest_of_a_file_is_put(store: ObjectStore) -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789")
        file.seek(4)
        store.put(KEY, file, "application/zip")
    assert store.get(KEY) == b"456789"


def test_an_object_replaces_the_one_before(store: ObjectStore) -> None:
    store.put(KEY, b"a longer one", "image/png")
    store.put(KEY, b"new", "image/png")
    assert store.get(KEY) == b"new"


def test_what_was_never_put_is_missing(store: ObjectStore) -> None:
    store.put(KEY, b"data", "image/png")
    assert store.get(f"{KEY}.zip") is None
    assert store.size("other") is None
    assert store.read_start("jobs/other", 10) == b""


def test_a_deleted_object_is_missing(store: ObjectStore) -> None:
    store.put(KEY, b"data", "image/png")
    store.delete(KEY)
    store.delete(KEY)
    assert store.get(KEY) is None


@pytest.mark.parametrize(("data", "start"), [(b"0123456789", b"0123"), (b"01", b"01"), (b"", b"")])
def test_the_start_of_an_object(store: ObjectStore, data: bytes, start: bytes) -> None:
    store.put(KEY, data, "image/png")
    assert store.read_start(KEY, 4) == start


def test_uploads_and_results_are_apart(platform: Platform) -> None:
    platform.uploads.put(KEY, b"upload", "image/png")
    assert platform.results.get(KEY) is None
