"""What is left to do when a job has ended: the batch's zip, and the webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from anime_shared.errors import JobHeld, UnknownBatch, UnknownJob
from anime_shared.jobs import Job
from anime_shared.platform import Platform
from anime_web.logic.batches import find_batch, is_complete
from anime_web.logic.rules import Rules
from anime_web.logic.status import view_of
from anime_web.logic.uploads import result_file_name
from anime_web.ports.archiver import Archiver
from anime_web.ports.webhook_sender import WebhookSender


def finish_job(
    platform: Platform,
    rules: Rules,
    archiver: Archiver,
    sender: WebhookSender,
    job_id: str,
    base_url: str,
) -> None:
    """Zip the job's batch if that is complete now, and call the job's webhook.

    A job that was deleted since needs nothing. Links of ours begin with ``base_url``.

    Raises:
        JobHeld: it hasn't ended, or its batch was changed; the message must come back, and the
            webhook may be called again.
        WebhookFailed: likewise, for the receiver's sake.
        StorageUnavailable: likewise.
    """
    try:
        job = platform.ledger.job(job_id)
    except UnknownJob:
        return
    if not job.status_at(platform.ledger.now()).ended:
        raise JobHeld("the job hasn't ended yet")
    try:
        if job.batch_id is not None:
            finish_batch(platform, archiver, job.batch_id)
    finally:
        # A zip that can't be made is no reason to leave its receiver waiting.
        if job.webhook_url is not None:
            view = view_of(platform, rules, job, base_url)
            sender.send(job.webhook_url, job.id, view.model_dump_json())


def finish_batch(platform: Platform, archiver: Archiver, batch_id: str) -> None:
    """Zip a batch if it is complete and has no zip.

    Raises:
        JobHeld: a job was deleted meanwhile; the message must come back.
        StorageUnavailable: likewise.
    """
    try:
        batch, jobs = find_batch(platform, batch_id)
    except UnknownBatch:
        return
    zipped = _zipped(jobs)
    done = platform.results.size(batch.zip_key) is not None
    if done or not zipped or not is_complete(platform, zipped):
        return
    archiver.store(batch.zip_key, _files(platform, zipped))
    # Who was deleted meanwhile may not live on in the zip.
    left = _zipped(platform.ledger.jobs(batch.job_ids))
    if platform.ledger.batch(batch_id) is None or len(left) < len(zipped):
        platform.results.delete(batch.zip_key)
        raise JobHeld("the batch was changed meanwhile")


def _zipped(jobs: Sequence[Job]) -> list[Job]:
    return [job for job in jobs if not job.left_zip]


def _files(platform: Platform, jobs: Sequence[Job]) -> Iterator[tuple[str, bytes]]:
    taken: set[str] = set()
    problems = {}
    for job in jobs:
        data = None if job.result is None else platform.results.get(job.result_key)
        if job.result is None or data is None:
            problems[job.id] = {"file_name": job.file_name, "problem": job.problem}
            continue
        name = _unique(result_file_name(job.file_name, job.result.format), taken)
        yield name, data
    if problems:
        yield "problems.json", json.dumps(problems, indent=2).encode()


def _unique(name: str, taken: set[str]) -> str:
    stem, _, suffix = name.rpartition(".")
    count = 1
    while name.casefold() in taken:
        count += 1
        name = f"{stem}_{count}.{suffix}"
    taken.add(name.casefold())
    return name
