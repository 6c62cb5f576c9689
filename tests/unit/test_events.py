"""The example events, through both handlers on the embedded platform."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from anime_inference.settings import Settings
from anime_shared.composition import open_platform
from anime_shared.jobs import Job, JobStatus, Upload
from anime_shared.options import TransformOptions
from anime_shared.platform import Platform
from tests.handlers import Event, Handler, loaded
from tests.pictures import opened
from tests.web.receiver import Receiver, receiving
from tests.work import HOUR, PHOTO

EVENTS = Path(__file__).parents[2] / "events"


def event(name: str) -> Event:
    read: Event = json.loads((EVENTS / f"{name}.json").read_text())
    return read


@pytest.fixture
def platform() -> Platform:
    return open_platform(Settings())


@pytest.fixture
def inference() -> Iterator[Handler]:
    with loaded("inference") as handler:
        yield handler


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving() as receiver:
        monkeypatch.setenv("ANIME_WEBHOOK_ALLOW", receiver.url)
        yield receiver


@pytest.fixture
def web(receiver: Receiver) -> Iterator[Handler]:
    assert receiver
    with loaded("web") as handler:
        yield handler


def send(platform: Platform, photo: bytes) -> Upload:
    now = time.time()
    upload = Upload(
        id="example-upload",
        file_name="me.png",
        size=len(photo),
        content_type="image/png",
        created_at=now,
        expires_at=now + HOUR,
    )
    platform.ledger.add_upload(upload)
    platform.uploads.put(upload.key, photo, upload.content_type)
    return upload


def order(
    platform: Platform, job_id: str, photo: bytes = PHOTO, webhook_url: str | None = None
) -> None:
    upload = send(platform, photo)
    job = Job(
        id=job_id,
        upload_id=upload.id,
        file_name=upload.file_name,
        options=TransformOptions(),
        webhook_url=webhook_url,
        created_at=upload.created_at,
        expires_at=upload.expires_at,
    )
    platform.ledger.add_job(job)


def test_a_photo_is_painted_at_once(inference: Handler) -> None:
    answer = inference(event("transform"))
    assert (answer["statusCode"], answer["headers"]["content-type"]) == (200, "image/webp")
    picture = opened(base64.b64decode(answer["body"]))
    assert (picture.format, picture.size) == ("WEBP", (64, 48))


def test_a_job_is_made_once(web: Handler, platform: Platform) -> None:
    upload = send(platform, PHOTO)
    first, again = (web(event("job_create")) for _ in range(2))
    assert first["statusCode"] == 202
    job_id = json.loads(first["body"])["job_id"]
    assert json.loads(again["body"])["job_id"] == job_id
    job = platform.ledger.job(job_id)
    assert (job.upload_id, job.options.max_side) == (upload.id, 512)
    message = platform.jobs.receive(0)
    assert message is not None
    told = json.loads(message.body)
    assert told == {"job_id": job_id, "correlation_id": first["headers"]["x-correlation-id"]}


def test_jobs_are_worked_on_and_deleted_ones_settled(
    inference: Handler, platform: Platform
) -> None:
    order(platform, "example-job")
    assert inference(event("jobs")) == {"batchItemFailures": []}
    job = platform.ledger.job("example-job")
    assert job.status is JobStatus.SUCCEEDED
    assert opened(platform.results.get(job.result_key) or b"").size == (64, 48)


def test_a_poisoned_message_comes_back_and_a_poisoned_photo_fails_its_job(
    inference: Handler, platform: Platform
) -> None:
    order(platform, "example-job-poisoned", photo=b"no picture")
    poisoned = event("poisoned")
    first = poisoned["Records"][0]["messageId"]
    assert inference(poisoned) == {"batchItemFailures": [{"itemIdentifier": first}]}
    job = platform.ledger.job("example-job-poisoned")
    assert job.status is JobStatus.FAILED
    assert job.problem is not None
    assert job.problem["type"] == "urn:anime:problem:not-a-picture"


def test_the_end_of_a_job_is_told(web: Handler, platform: Platform, receiver: Receiver) -> None:
    order(platform, "example-job", webhook_url=receiver.url)
    platform.ledger.give_up("example-job", {"title": "Broken"})
    assert web(event("finished")) == {"batchItemFailures": []}
    ((_, headers, body),) = receiver.seen
    assert headers["webhook-id"] == "example-job"
    assert json.loads(body)["status"] == "failed"
