"""What a client is told of a job."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from anime_shared.jobs import Job, JobStatus, Result, Stage
from anime_shared.options import OutputFormat
from anime_shared.platform import Platform
from anime_shared.receipt import Receipt
from anime_web.logic.answers import Percent, Revision, absolute, moment
from anime_web.logic.rules import Rules
from anime_web.logic.uploads import result_file_name


class ResultView(BaseModel):
    """A finished picture."""

    format: OutputFormat
    width: int = Field(description="Pixels.")
    height: int = Field(description="Pixels.")
    frames: int = Field(1, description="How many it has; 1 is a still.")
    painted_share: float = Field(
        1, description="Of the pixels of all frames; the rest was copied from the frame before."
    )


class JobView(BaseModel):
    """One photo's way to a picture."""

    job_id: str
    upload_id: str
    batch_id: str | None
    file_name: str
    status: JobStatus
    stage: Stage | None = Field(description="What is being done right now.")
    percent: Percent
    revision: Revision
    attempts: int = Field(description="How often it was begun.")
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    expires_at: AwareDatetime = Field(description="When job and result are deleted.")
    cached: bool | None = Field(
        None, description="Whether the same photo with the same options was painted before."
    )
    style: str | None = Field(None, description="Id of the style that painted the picture.")
    model: str | None = Field(None, description="SHA-256 of its model file.")
    variant: str | None = Field(None, description="The style's variant that this client has got.")
    face_style: str | None = Field(None, description="Id of the style that painted the faces.")
    face_model: str | None = Field(None, description="SHA-256 of its model file.")
    faces: list[dict[str, Any]] | None = Field(
        None, description="Every face: box, score, whether it was treated, and why not."
    )
    timings: dict[str, float] | None = Field(None, description="Seconds spent in each stage.")
    receipt: Receipt | None = None
    result: ResultView | None = None
    result_url: str | None = Field(None, description="Where the picture lies, for a while.")
    problem: dict[str, Any] | None = Field(
        None, description="RFC 9457 problem details, if it failed."
    )


def revision_of(job: Job, now: float) -> str:
    """What is another string for each status, stage and percentage."""
    return f"{job.status_at(now)}.{job.stage or '-'}.{job.percent}.{job.attempts}"


def view_of(platform: Platform, rules: Rules, job: Job, base_url: str) -> JobView:
    """What a client is told of ``job``; links of ours begin with ``base_url``.

    Raises:
        StorageUnavailable: the store can't sign.
    """
    status = job.status_at(platform.ledger.now())
    view = JobView(
        job_id=job.id,
        upload_id=job.upload_id,
        batch_id=job.batch_id,
        file_name=job.file_name,
        status=status,
        stage=job.stage,
        percent=job.percent,
        revision=revision_of(job, platform.ledger.now()),
        attempts=job.attempts,
        created_at=moment(job.created_at),
        started_at=None if job.started_at is None else moment(job.started_at),
        finished_at=None if job.finished_at is None else moment(job.finished_at),
        expires_at=moment(job.expires_at),
        problem=job.problem,
    )
    if job.result is None or status is not JobStatus.SUCCEEDED:
        return view
    return view.model_copy(update=_of_result(platform, rules, job, job.result, base_url))


def _of_result(
    platform: Platform, rules: Rules, job: Job, result: Result, base_url: str
) -> dict[str, Any]:
    facts = result.facts
    link = platform.results.sign_get(
        job.result_key,
        result.format.media_type,
        result_file_name(job.file_name, result.format),
        min(rules.result_url_seconds, max(1, job.expires_at - platform.ledger.now())),
    )
    told = ("style", "variant", "model", "face_style", "face_model", "faces", "timings")
    receipt = facts.get("receipt")
    return {
        **{name: facts.get(name) for name in told},
        "cached": result.cached,
        "receipt": None if receipt is None else Receipt.model_validate(receipt),
        "result": ResultView(
            format=result.format,
            width=facts["width"],
            height=facts["height"],
            # Jobs of an earlier version don't say it.
            frames=facts.get("frames", 1),
            painted_share=facts.get("painted_share", 1),
        ),
        "result_url": absolute(base_url, link.url),
    }
