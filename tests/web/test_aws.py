"""The function as Lambda calls it, its stores on this machine."""

from __future__ import annotations

import base64
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from anime_shared.composition import open_platform
from anime_shared.jobs import Job, new_id
from anime_shared.options import TransformOptions
from anime_web.settings import read_settings
from tests.handlers import own_loop
from tests.web.receiver import Receiver, receiving

Invoke = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Context:
    """What Lambda tells of an invocation."""

    function_name: str = "web"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:web"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, receiver: Receiver) -> Iterator[Invoke]:
    monkeypatch.setenv("ANIME_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("ANIME_WEBHOOK_ALLOW", receiver.url)
    monkeypatch.delitem(sys.modules, "anime_web.entry.aws", raising=False)
    with own_loop():
        function = importlib.import_module("anime_web.entry.aws")
        yield lambda event: dict(function.handler(event, Context()))


def gateway_event(method: str, path: str, body: bytes = b"", **headers: str) -> dict[str, Any]:
    """A request as an HTTP API of API Gateway hands it on (payload format 2.0)."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "wait=0",
        "headers": {"host": "api.example", "content-length": str(len(body)), **headers},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "api.example",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1767225600000,
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def queue_event(*bodies: str) -> dict[str, Any]:
    """Messages as SQS delivers them."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": "receipt",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:finished",
                "awsRegion": "eu-central-1",
            }
            for number, body in enumerate(bodies)
        ]
    }


def test_requests_are_answered(invoke: Invoke) -> None:
    body = b'{"file_name": "a.png", "size": 9, "content_type": "image/png"}'
    event = gateway_event("POST", "/api/v1/uploads", body, **{"content-type": "application/json"})
    for _ in range(2):
        answer = invoke(event)
        assert answer["statusCode"] == 201
        assert json.loads(answer["body"])["url"].startswith("https://api.example/storage/")
    assert invoke(gateway_event("GET", "/healthz"))["statusCode"] == 200


def test_problems_are_answered(invoke: Invoke) -> None:
    answer = invoke(gateway_event("GET", "/api/v1/jobs/nobody"))
    assert answer["statusCode"] == 404
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert json.loads(answer["body"])["type"] == "urn:anime:problem:unknown-job"


def end_a_job(webhook_url: str) -> str:
    """The id of a job that has failed."""
    ledger = open_platform(read_settings()).ledger
    now = ledger.now()
    job = Job(
        id=new_id(),
        upload_id="u",
        file_name="a.png",
        options=TransformOptions(),
        webhook_url=webhook_url,
        created_at=now,
        expires_at=now + 60,
    )
    ledger.add_job(job)
    ledger.give_up(job.id, {"title": "Broken"})
    return job.id


def test_ended_jobs_are_told_and_failures_come_back(invoke: Invoke, receiver: Receiver) -> None:
    receiver.statuses = [200, 500]
    told, failed = end_a_job(receiver.url), end_a_job(receiver.url)
    bodies = [json.dumps({"job_id": job_id}) for job_id in (told, failed, "deleted")]
    answer = invoke(queue_event(*bodies, "no notice", '{"batch_id": "deleted"}'))
    returned = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert returned == ["message-1", "message-3"]
    assert [headers["webhook-id"] for _, headers, _ in receiver.seen] == [told, failed]
    assert json.loads(receiver.seen[0][2])["problem"] == {"title": "Broken"}
    # The same process goes on to answer requests.
    assert invoke(gateway_event("GET", "/healthz"))["statusCode"] == 200


def test_metrics_and_logs_are_json_lines(
    invoke: Invoke, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke(gateway_event("GET", "/healthz"))
    invoke(queue_event("no notice"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    measured = {name for line in lines if "_aws" in line for name in line}
    assert measured >= {"anime_requests_total", "anime_deliveries_total", "anime_memory_bytes"}
