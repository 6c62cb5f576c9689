"""What DynamoDB does beside what all stores do: when its answer is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from anime_shared.adapters.aws.jobs import DynamoJobStore
from tests.contract.conftest import new_table

EXPIRES_AT = 2_000_000_000
RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 3})


@contextmanager
def losing_answers(server: str, to: str) -> Iterator[tuple[str, list[int]]]:
    """A way to AWS on which the first answer to a call is lost; its URL, and what was lost."""
    lost: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            connection = HTTPConnection(urlsplit(server).netloc)
            connection.request("POST", self.path, body, dict(self.headers))
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            self.close_connection = True
            if self.headers["x-amz-target"].endswith(f".{to}") and not lost:
                lost.append(answer.status)
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}", lost
        finally:
            proxy.shutdown()
            thread.join()


@pytest.fixture
def table(cloud: str) -> str:  # noqa: ARG001 - it must be there
    return new_table()


def store_at(endpoint: str, table: str) -> DynamoJobStore:
    client = boto3.client("dynamodb", endpoint_url=endpoint, config=RETRIES)
    return DynamoJobStore(client, table)


def test_a_new_record_whose_answer_was_lost_is_ones_own(cloud: str, table: str) -> None:
    with losing_answers(cloud, "PutItem") as (endpoint, lost):
        assert store_at(endpoint, table).create("job#1", "{}", EXPIRES_AT)
    assert lost == [200]
    assert not store_at(cloud, table).create("job#1", "{}", EXPIRES_AT)


def test_a_change_whose_answer_was_lost_is_ones_own(cloud: str, table: str) -> None:
    store = store_at(cloud, table)
    assert store.create("job#1", "{}", EXPIRES_AT)
    record = store.get("job#1")
    assert record is not None
    with losing_answers(cloud, "UpdateItem") as (endpoint, lost):
        assert store_at(endpoint, table).replace(record, "mine")
    assert lost == [200]
    assert not store.replace(record, "theirs")
    assert store.get_many(["job#1"])["job#1"].body == "mine"


def test_a_record_of_an_earlier_version_is_replaced(cloud: str, table: str) -> None:
    """Its version was the time of its making in nanoseconds, and one more with each write."""
    boto3.client("dynamodb").put_item(
        TableName=table,
        Item={
            "key": {"S": "job#1"},
            "body": {"S": "{}"},
            "expires_at": {"N": str(EXPIRES_AT)},
            "version": {"N": "1800000000000000001"},
        },
    )
    store = store_at(cloud, table)
    record = store.get("job#1")
    assert record is not None
    assert store.replace(record, "new")
    assert not store.replace(record, "newer")
