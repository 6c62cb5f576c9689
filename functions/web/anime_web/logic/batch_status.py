"""What a client is told of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import AwareDatetime, BaseModel, Field

from anime_shared.jobs import Batch, Job, JobStatus, Stage
from anime_shared.platform import Platform
from anime_web.logic.answers import Percent, Revision, absolute, moment
from anime_web.logic.batches import is_complete
from anime_web.logic.rules import Rules


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
