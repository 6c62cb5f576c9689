"""The pair in one process: the web application, and what works behind it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from anime_inference.entry.records import Records as WorkRecords
from anime_inference.logic.generator import Models
from anime_shared.platform import Platform
from anime_shared.poller import Poller
from anime_shared.ports.queue import Queue
from anime_web.composition import Service
from anime_web.entry.records import Records
from anime_web.settings import Settings
from tests.pictures import file_of, gradient
from tests.work import open_work

PNG = file_of(gradient())
Handler = Callable[[dict[str, Any]], dict[str, Any]]


class Site:
    """A client of the web function; work is done when a test asks for it."""

    def __init__(self, client: TestClient, service: Service, models: Models) -> None:
        self.client = client
        self.service = service
        self._models = models

    @property
    def settings(self) -> Settings:
        return self.service.settings

    @property
    def platform(self) -> Platform:
        return self.service.platform

    def pass_time(self, seconds: float) -> None:
        """From now on, the clock is ahead."""
        self.platform.ledger.now = lambda: time.time() + seconds

    def announce(
        self, size: int = len(PNG), name: str = "me.png", content_type: str = "image/png"
    ) -> dict[str, Any]:
        """A new upload, as it was answered."""
        body = {"file_name": name, "size": size, "content_type": content_type}
        answer = self.client.post("/api/v1/uploads", json=body)
        assert answer.status_code == 201, answer.text
        announced: dict[str, Any] = answer.json()
        return announced

    def upload(
        self, data: bytes = PNG, name: str = "me.png", content_type: str = "image/png"
    ) -> str:
        """The id of an upload whose file was sent."""
        made = self.announce(len(data), name, content_type)
        sent = self.client.put(made["url"], content=data, headers=made["headers"])
        assert sent.status_code == 200, sent.text
        return str(made["upload_id"])

    def post_job(self, upload_id: str, key: str | None = None, **options: Any) -> Response:
        """Ask for a job."""
        headers = {} if key is None else {"Idempotency-Key": key}
        body = {"upload_id": upload_id, **options}
        return self.client.post("/api/v1/jobs", json=body, headers=headers)

    def job(self, job_id: str, **query: Any) -> dict[str, Any]:
        """What is told of a job."""
        answer = self.client.get(f"/api/v1/jobs/{job_id}", params=query)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def batch(self, batch_id: str) -> dict[str, Any]:
        """What is told of a batch."""
        answer = self.client.get(f"/api/v1/batches/{batch_id}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def work(self) -> None:
        """Do the work of all jobs in the queue, as a worker does."""
        work = open_work(self.settings.data_dir, self.platform, self._models)
        _drain(self.platform.jobs, WorkRecords(work))

    def finish(self) -> int:
        """Serve the finished queue; how many of its messages failed."""
        return _drain(self.platform.finished, Records(self.service))


def _drain(queue: Queue, handler: Handler) -> int:
    failed = 0
    while (message := queue.receive(0)) is not None:
        event = Poller(queue, handler, 1, "queue")._event(message)
        failed += bool(handler(event)["batchItemFailures"])
        queue.delete(message)
    return failed


def problem_of(answer: Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer must be."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"urn:anime:problem:{code}"
    assert problem["status"] == status
    return problem
