"""What the embedded stores do beyond their ports."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from anime_shared.adapters.embedded import database
from anime_shared.adapters.embedded.layout import Layout
from anime_shared.adapters.embedded.objects import FileObjectStore
from anime_shared.adapters.embedded.queue import SqliteQueue
from anime_shared.adapters.embedded.signing import Signer
from anime_shared.errors import StorageUnavailable

BAD_KEYS = (
    "",
    "/etc/passwd",
    "../secret",
    "jobs/../../secret",
    "jobs/..",
    ".",
    ".hidden",
    "jobs//a",
    "jobs/",
    "jobs\\a",
    "a\x00b",
    "a\n",
    "ü",
)


@pytest.fixture
def store(tmp_path: Path) -> FileObjectStore:
    return FileObjectStore(tmp_path, "uploads", Signer(b"secret"))


@pytest.mark.parametrize("key", BAD_KEYS)
def test_no_key_leads_out_of_the_folder(store: FileObjectStore, key: str) -> None:
    for call in (
        lambda: store.path(key),
        lambda: store.put(key, b"", "image/png"),
        lambda: store.get(key),
        lambda: store.size(key),
        lambda: store.read_start(key, 1),
        lambda: store.delete(key),
        lambda: store.open_to_write(key).__enter__(),
        lambda: store.sign_put(key, 1, "image/png", 60),
        lambda: store.sign_get(key, "image/png", "a.png", 60),
    ):
        with pytest.raises(ValueError, match="not a key"):
            call()


def test_an_object_that_is_being_written_is_not_there_yet(store: FileObjectStore) -> None:
    with store.open_to_write("jobs/a") as file:
        file.write(b"data")
        file.flush()
        assert store.get("jobs/a") is None
    assert store.path("jobs/a").read_bytes() == b"data"


def test_an_object_whose_writing_fails_leaves_the_old_one(store: FileObjectStore) -> None:
    store.put("a", b"old", "image/png")
    with pytest.raises(TypeError), store.open_to_write("a") as file:
        file.writelines([b"new", None])  # type: ignore[list-item]
    assert store.get("a") == b"old"
    assert len(list(store.path("a").parent.iterdir())) == 1


def test_an_old_receipt_settles_nothing(tmp_path: Path) -> None:
    queue = SqliteQueue(Layout(tmp_path).queues(), "queue", 0, 10, None)
    queue.send(["job"])
    old, current = queue.receive(0), queue.receive(0)
    assert old is not None
    assert current is not None
    queue.delete(old)
    queue.hide(old, 60)
    assert queue.receive(0) is not None


def test_the_oldest_message_comes_first(tmp_path: Path) -> None:
    queue = SqliteQueue(Layout(tmp_path).queues(), "queue", 60, 10, None)
    queue.send(["1", "2"])
    queue.send(["3"])
    first = queue.receive(0)
    assert first is not None
    assert first.body == "1"
    queue.hide(first, 0)
    bodies = [message.body for _ in range(3) if (message := queue.receive(0)) is not None]
    assert bodies == ["1", "2", "3"]


def test_queues_of_one_database_are_apart(tmp_path: Path) -> None:
    database = Layout(tmp_path).queues()
    one, other = (SqliteQueue(database, name, 60, 10, None) for name in ("one", "other"))
    one.send(["1"])
    assert other.receive(0) is None
    assert (one.depth(), other.depth()) == (1, 0)


def test_a_clock_that_is_set_back_hides_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = SqliteQueue(Layout(tmp_path).queues(), "queue", 15, 5, "dead")
    now = time.time()
    waiting.send(["sent", "in hand"])
    taken = waiting.receive(0)
    assert taken is not None
    monkeypatch.setattr(time, "time", lambda: now - 3600)
    again = [waiting.receive(0) for _ in range(2)]
    assert [message and message.body for message in again] == ["sent", "in hand"]
    # Hidden by the new clock, they stay so.
    assert waiting.receive(0) is None


def test_who_waits_for_a_locked_database_waits_no_longer_for_others_who_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.5)
    waiting = SqliteQueue(Layout(tmp_path).queues(), "queue", 15, 5, "dead")
    refused = []

    def send() -> None:
        start = time.monotonic()
        with pytest.raises(StorageUnavailable, match="busy"):
            waiting.send(["job"])
        refused.append(time.monotonic() - start)

    with closing(sqlite3.connect(tmp_path / "queues.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        senders = [threading.Thread(target=send) for _ in range(8)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
    assert len(refused) == 8
    assert max(refused) < 2
