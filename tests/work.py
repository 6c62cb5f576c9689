"""Jobs and what works on them, on the embedded platform."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from anime_inference.composition import Service
from anime_inference.logic.generator import Models
from anime_inference.logic.work import Work
from anime_inference.settings import Settings
from anime_shared.adapters.embedded.layout import JOBS_DEAD, Layout
from anime_shared.adapters.embedded.queue import SqliteQueue
from anime_shared.jobs import Job, new_id
from anime_shared.options import TransformOptions
from anime_shared.platform import Platform
from tests.pictures import file_of, gradient

PHOTO = file_of(gradient())
HOUR = 3600


def open_work(folder: Path, platform: Platform, models: Models, **settings: Any) -> Work:
    """What a worker with these settings does."""
    service = Service(Settings(data_dir=folder, **settings), models=models)
    service.platform = platform
    return service.work


def add_job(
    platform: Platform, photo: bytes | None = PHOTO, *, webhook: bool = False, **options: object
) -> Job:
    """A job as the web function makes one: upload, record, message."""
    now = time.time()
    job = Job(
        id=new_id(),
        upload_id=new_id(),
        file_name="holiday.jpg",
        options=TransformOptions.model_validate(options),
        created_at=now,
        expires_at=now + HOUR,
        webhook_url="https://example.com/done" if webhook else None,
    )
    if photo is not None:
        platform.uploads.put(job.upload_id, photo, "image/png")
    platform.ledger.add_job(job)
    platform.jobs.send([json.dumps({"job_id": job.id})])
    return job


def notices(platform: Platform) -> list[str]:
    """The ids of the jobs whose end was told, each taken from the queue."""
    told = []
    while (message := platform.finished.receive(0)) is not None:
        told.append(json.loads(message.body)["job_id"])
        platform.finished.delete(message)
    return told


def dead_letters(folder: Path) -> int:
    """How many jobs' messages were given up."""
    return SqliteQueue(Layout(folder).queues(), JOBS_DEAD, 30, 1, None).depth()
