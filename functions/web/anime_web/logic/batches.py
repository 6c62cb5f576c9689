"""Many photos with the same order: one status, one zip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel, Field

from anime_shared.errors import UnknownBatch
from anime_shared.jobs import Batch, Job, JobStatus, Stage, new_id
from anime_shared.platform import Platform
from anime_web.logic.rules import Rules
from anime_web.logic.status import Percent, Revision, absolute, moment
from anime_web.logic.submit import (
    IdempotencyKey,
    Order,
    check_order,
    check_upload,
    enqueue,
    new_job,
    remembered_id,
)


class JobSummary(BaseModel):
    """A job of a batch."""

    job_id: str
    upload_id: str
    file_name: str
    status: JobStatus
    stage: Stage | None
    percent: Percent


class BatchView(BaseModel):
    """Jobs that were asked for together."""

    batch_id: str
    created_at: AwareDatetime
    expires_at: AwareDatetime
    complete: bool = Field(description="Whether every job has ended.")
    percent: Percent
    revision: Revision
    counts: dict[JobStatus, int] = Field(description="How many jobs there are in each status.")
    jobs: list[JobSummary] = Field(description="In the order of the uploads, without deleted ones.")
    zip_url: str | None = Field(
        description="Where all results lie in one file, for a while; soon after the last job ended."
    )


def submit_batch(
    platform: Platform,
    rules: Rules,
    upload_ids: Sequence[str],
    order: Order,
    key: IdempotencyKey | None,
) -> Batch:
    """A batch whose jobs wait for a worker, or the one that the same request made before.

    All uploads are good, or nothing is begun.

    Raises:
        InputError: options, webhook, an upload or its file are at fault.
        StyleNotInstalled: a style of it isn't here.
        StorageUnavailable: try again, with the same key: nothing is done twice.
    """
    check_order(rules, order)
    batch_id = remembered_id(platform, rules, key, "batch", order, upload_ids)
    batch = platform.ledger.batch(batch_id) if key else None
    if batch is None:
        for upload_id in upload_ids:
            check_upload(platform, upload_id)
        now = platform.ledger.now()
        batch = Batch(
            id=batch_id,
            job_ids=tuple(new_id() for _ in upload_ids),
            created_at=now,
            expires_at=now + rules.retention,
        )
        platform.ledger.add_batch(batch)
        # Another request with the same key may have been quicker.
        batch = platform.ledger.batch(batch_id) or batch
    _begin(platform, rules, batch, upload_ids, order)
    return batch


def _begin(
    platform: Platform, rules: Rules, batch: Batch, upload_ids: Sequence[str], order: Order
) -> None:
    known = {job.id: job for job in platform.ledger.jobs(batch.job_ids)}
    for job_id, upload_id in zip(batch.job_ids, upload_ids, strict=True):
        if job_id in known:
            continue
        upload = platform.ledger.upload(upload_id)
        # Without an upload, the job was cancelled since.
        if upload is not None:
            known[job_id] = new_job(platform, rules, job_id, upload, order, batch.id)
            platform.ledger.add_job(known[job_id])
    enqueue(platform, list(known.values()))


def find_batch(platform: Platform, batch_id: str) -> tuple[Batch, list[Job]]:
    """A batch, and those of its jobs that weren't deleted.

    Raises:
        UnknownBatch: there is none.
    """
    batch = platform.ledger.batch(batch_id)
    if batch is None:
        raise UnknownBatch("no batch has this id; it was deleted, or never given out here")
    return batch, platform.ledger.jobs(batch.job_ids)


def is_complete(platform: Platform, jobs: Sequence[Job]) -> bool:
    """Whether all of the jobs have ended."""
    return all(job.status_at(platform.ledger.now()).ended for job in jobs)


def batch_view_of(
    platform: Platform, rules: Rules, batch: Batch, jobs: Sequence[Job], base_url: str
) -> BatchView:
    """What a client is told of a batch; links of ours begin with ``base_url``.

    Raises:
        StorageUnavailable: the store can't be read.
    """
    now = platform.ledger.now()
    ended = is_complete(platform, jobs)
    statuses = [job.status_at(now) for job in jobs]
    shares = [
        100 if status.ended else job.percent for job, status in zip(jobs, statuses, strict=True)
    ]
    counts = Counter(statuses)
    return BatchView(
        batch_id=batch.id,
        created_at=moment(batch.created_at),
        expires_at=moment(batch.expires_at),
        complete=ended,
        percent=sum(shares) // len(shares) if shares else 100,
        revision=".".join(f"{status}{counts[status]}" for status in JobStatus),
        counts=counts,
        jobs=[
            JobSummary(
                job_id=job.id,
                upload_id=job.upload_id,
                file_name=job.file_name,
                status=status,
                stage=job.stage,
                percent=job.percent,
            )
            for job, status in zip(jobs, statuses, strict=True)
        ],
        zip_url=_zip_url(platform, rules, batch, base_url) if ended else None,
    )


def _zip_url(platform: Platform, rules: Rules, batch: Batch, base_url: str) -> str | None:
    left = batch.expires_at - platform.ledger.now()
    if left < 1 or platform.results.size(batch.zip_key) is None:
        return None
    seconds = min(rules.result_url_seconds, left)
    link = platform.results.sign_get(batch.zip_key, "application/zip", "anime.zip", seconds)
    return absolute(base_url, link.url)
