"""What fails outside is told as ``StorageUnavailable``, without a word about the inside."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

from anime_shared.adapters.aws.jobs import DynamoJobStore
from anime_shared.adapters.aws.objects import S3ObjectStore
from anime_shared.adapters.aws.queue import SqsQueue
from anime_shared.adapters.embedded.jobs import SqliteJobStore
from anime_shared.adapters.embedded.layout import Layout
from anime_shared.composition import open_platform
from anime_shared.errors import StorageUnavailable
from anime_shared.ports.job_store import JobStore, Record
from anime_shared.ports.object_store import ObjectStore
from anime_shared.ports.queue import Message, Queue
from anime_shared.settings import PlatformSettings

OF_OBJECTS: dict[str, Callable[[ObjectStore], object]] = {
    "put": lambda store: store.put("key", b"data", "image/png"),
    "get": lambda store: store.get("key"),
    "read_start": lambda store: store.read_start("key", 4),
    "delete": lambda store: store.delete("key"),
}
OF_RECORDS: dict[str, Callable[[JobStore], object]] = {
    "get": lambda store: store.get("key"),
    "get_many": lambda store: store.get_many(["key"]),
    "create": lambda store: store.create("key", "{}", 2_000_000_000),
    "replace": lambda store: store.replace(Record("key", "{}", 2_000_000_000, 1), "{}"),
    "delete": lambda store: store.delete("key"),
}
OF_QUEUES: dict[str, Callable[[Queue], object]] = {
    "send": lambda queue: queue.send(["body"]),
    "receive": lambda queue: queue.receive(0),
    "delete": lambda queue: queue.delete(Message("1", "body", 1, "handle")),
    "hide": lambda queue: queue.hide(Message("1", "body", 1, "handle"), 1),
    "depth": lambda queue: queue.depth(),
}


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As a full disk, but that the system says "file too large" instead."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def var(tmp_path: Path) -> PlatformSettings:
    return PlatformSettings(data_dir=tmp_path / "var")


def replace_by_a_file(folder: Path) -> None:
    folder.rename(folder.with_name("away"))
    folder.write_bytes(b"")


@pytest.mark.parametrize("call", OF_OBJECTS.values(), ids=OF_OBJECTS)
def test_objects_without_their_folder(
    var: PlatformSettings, call: Callable[[ObjectStore], object]
) -> None:
    store = open_platform(var).uploads
    replace_by_a_file(Layout(var.data_dir).uploads)
    with pytest.raises(StorageUnavailable) as refused:
        call(store)
    assert str(var.data_dir) not in refused.value.detail


@pytest.mark.parametrize("call", OF_RECORDS.values(), ids=OF_RECORDS)
def test_records_without_their_table(tmp_path: Path, call: Callable[[JobStore], object]) -> None:
    database = Layout(tmp_path).records()
    store = SqliteJobStore(database)
    with database.read() as connection:
        connection.execute("DROP TABLE records")
    with pytest.raises(StorageUnavailable):
        call(store)


def test_a_data_folder_that_can_not_be_made(var: PlatformSettings) -> None:
    var.data_dir.write_bytes(b"")
    with pytest.raises(StorageUnavailable) as refused:
        open_platform(var)
    assert str(var.data_dir) not in refused.value.detail


def test_a_damaged_database(var: PlatformSettings) -> None:
    var.data_dir.mkdir()
    (var.data_dir / "jobs.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StorageUnavailable):
        open_platform(var)


def test_objects_on_a_full_disk(var: PlatformSettings) -> None:
    store = open_platform(var).uploads
    store.put("key", b"old", "image/png")
    with files_of_at_most(4096), pytest.raises(StorageUnavailable, match="the disk is full"):
        store.put("key", b"x" * 8192, "image/png")
    assert store.get("key") == b"old"
    assert [file.name for file in Layout(var.data_dir).uploads.iterdir()] == ["key"]


def test_a_queue_on_a_full_disk(var: PlatformSettings) -> None:
    queue = open_platform(var).jobs
    queue.send(["old"])
    with files_of_at_most(65_536), pytest.raises(StorageUnavailable):
        queue.send(["x" * 1024] * 100)
    assert queue.depth() == 1
    queue.send(["new"])
    assert queue.depth() == 2


def test_records_on_a_full_disk(tmp_path: Path) -> None:
    database = Layout(tmp_path).records()
    store = SqliteJobStore(database)
    with database.read() as connection:
        connection.execute("PRAGMA max_page_count = 10")
    with pytest.raises(StorageUnavailable, match="the disk is full"):
        store.create("job#1", "x" * 100_000, 2_000_000_000)
    assert store.get("job#1") is None


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("call", OF_OBJECTS.values(), ids=OF_OBJECTS)
def test_a_bucket_that_is_not_there(call: Callable[[ObjectStore], object]) -> None:
    s3 = boto3.client("s3")
    with pytest.raises(StorageUnavailable) as refused:
        call(S3ObjectStore(s3, "no-such-bucket", s3))
    assert "no-such-bucket" not in refused.value.detail


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("call", OF_RECORDS.values(), ids=OF_RECORDS)
def test_a_table_that_is_not_there(call: Callable[[JobStore], object]) -> None:
    with pytest.raises(StorageUnavailable):
        call(DynamoJobStore(boto3.client("dynamodb"), "no-such-table"))


@pytest.mark.parametrize("call", OF_QUEUES.values(), ids=OF_QUEUES)
def test_a_queue_that_is_not_there(cloud: str, call: Callable[[Queue], object]) -> None:
    with pytest.raises(StorageUnavailable):
        call(SqsQueue(boto3.client("sqs"), f"{cloud}/123456789012/no-such-queue"))
