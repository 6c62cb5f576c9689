"""The function as AWS Lambda calls it, on the embedded platform."""

from __future__ import annotations

import base64
import importlib
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from anime_inference.adapters import model_store
from anime_inference.settings import Settings
from anime_shared.composition import open_platform
from anime_shared.errors import StyleNotInstalled
from anime_shared.jobs import JobStatus
from anime_shared.platform import Platform
from tests.handlers import own_loop
from tests.pictures import opened
from tests.work import PHOTO, add_job

Event = dict[str, Any]
Handler = Callable[[Event, object], Event]
MODULE = "anime_inference.entry.aws"


@dataclass(frozen=True)
class Context:
    """What Lambda tells of itself."""

    function_name: str = "inference"
    memory_limit_in_mb: int = 3008
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:inference"
    aws_request_id: str = "8a9b"


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Handler]]:
    """Starts the function as a new process of Lambda does."""
    monkeypatch.setenv("ANIME_DATA_DIR", str(tmp_path))
    loggers = [logging.getLogger(name) for name in ("anime_inference", "anime_shared")]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]

    def start() -> Handler:
        sys.modules.pop(MODULE, None)
        # Its stream is the standard output of the test before.
        logging.Logger.manager.loggerDict.pop("inference", None)
        handler: Handler = importlib.import_module(MODULE).handler
        return handler

    with own_loop():
        yield start
    sys.modules.pop(MODULE, None)
    for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return open_platform(Settings(data_dir=tmp_path))


def sqs_event(*bodies: str, delivery_count: int = 1) -> Event:
    """As SQS delivers messages to Lambda."""
    records = [
        {
            "messageId": f"message-{number}",
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": str(delivery_count),
                "SentTimestamp": "1545082649183",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1545082649185",
            },
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:jobs",
            "awsRegion": "eu-central-1",
        }
        for number, body in enumerate(bodies)
    ]
    return {"Records": records}


def order(job_id: str) -> str:
    return json.dumps({"job_id": job_id})


def api_event(method: str, path: str, body: bytes = b"", **headers: str) -> Event:
    """As a REST API delivers a request to Lambda."""
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"proxy": path[1:]},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/{proxy+}",
            "httpMethod": method,
            "path": f"/prod{path}",
            "stage": "prod",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": "198.51.100.7", "userAgent": "test"},
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def transform_event(photo: bytes, accept: str) -> Event:
    head = 'Content-Disposition: form-data; name="image"; filename="holiday.jpg"'
    form = b"--b\r\n" + head.encode() + b"\r\n\r\n" + photo + b"\r\n--b--\r\n"
    media_type = "multipart/form-data; boundary=b"
    headers = {"Content-Type": media_type, "Accept": accept}
    return api_event("POST", "/api/v1/transform", form, **headers)


def test_jobs_from_sqs_end_and_only_what_failed_comes_back(
    start: Callable[[], Handler], platform: Platform
) -> None:
    good, poisoned, held = add_job(platform), add_job(platform, b"no picture"), add_job(platform)
    platform.ledger.claim(held.id, lease_seconds=60)
    bodies = [order(good.id), order(poisoned.id), order(held.id), "no JSON", order("unknown")]
    answer = start()(sqs_event(*bodies), Context())
    assert answer == {
        "batchItemFailures": [{"itemIdentifier": "message-2"}, {"itemIdentifier": "message-3"}]
    }
    statuses = [job.status for job in platform.ledger.jobs([good.id, poisoned.id, held.id])]
    assert statuses == [JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.RUNNING]


def test_the_delivery_after_the_last_attempt_gives_up(
    start: Callable[[], Handler], platform: Platform
) -> None:
    job = add_job(platform)
    answer = start()(sqs_event(order(job.id), delivery_count=4), Context())
    assert answer["batchItemFailures"] == [{"itemIdentifier": "message-0"}]
    assert platform.ledger.job(job.id).status is JobStatus.FAILED


def test_a_photo_over_http(start: Callable[[], Handler]) -> None:
    handler = start()
    first, second = (handler(transform_event(PHOTO, "image/png"), Context()) for _ in range(2))
    assert first["statusCode"] == 200
    assert first["isBase64Encoded"]
    assert opened(base64.b64decode(first["body"])).size == (64, 48)
    assert second["body"] == first["body"]
    cached = [answer["headers"]["anime-cached"] for answer in (first, second)]
    assert cached == ["false", "true"]


def test_problems_and_probes_over_http(start: Callable[[], Handler]) -> None:
    handler = start()
    refused = handler(transform_event(b"no picture", "*/*"), Context())
    assert refused["statusCode"] == 415
    assert json.loads(refused["body"])["type"] == "urn:anime:problem:not-a-picture"
    assert handler(api_event("GET", "/readyz"), Context())["statusCode"] == 200


def test_logs_are_json_and_name_no_file_and_no_client(
    start: Callable[[], Handler], platform: Platform, capfd: pytest.CaptureFixture[str]
) -> None:
    handler = start()
    job = add_job(platform)
    platform.ledger.claim(job.id, lease_seconds=60)
    handler(sqs_event(order(job.id)), Context())
    handler(transform_event(b"no picture", "*/*"), Context())
    out, _ = capfd.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    (warning,) = [line for line in lines if line.get("level") == "WARNING"]
    assert (warning["service"], warning["function_request_id"]) == ("inference", "8a9b")
    assert job.id in warning["message"]
    (returned,) = [line for line in lines if "anime_deliveries_total" in line]
    assert (returned["queue"], returned["outcome"]) == ("jobs", "returned")
    (request,) = [line for line in lines if "anime_requests_total" in line]
    assert (request["status"], request["anime_requests_total"]) == ("415", [1.0])
    assert len([line for line in lines if "anime_starts_total" in line]) == 1
    assert "holiday" not in out
    assert "198.51.100.7" not in out


def test_a_missing_model_fails_the_start_by_its_name(
    start: Callable[[], Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_store, "_BUNDLED_FOLDER", tmp_path)
    with pytest.raises(StyleNotInstalled, match="hayao"):
        start()
