"""Uploads, jobs and batches: what they are, and how a job goes from state to state.

    queued ──claim──> running ──finish──> succeeded
      ^                 │ ├───finish──> failed
      └────release──────┘ └─(lease over)─> claimed again

Any of them is ``expired`` once its time is over, and gone once it is deleted.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from anime_shared.errors import JobHeld
from anime_shared.options import OutputFormat, TransformOptions
from anime_shared.variants import Assigned

# Beyond what clocks of two machines differ by, or one is corrected by in passing; in seconds.
_CLOCK_SLACK: Final = 1.0


class JobStatus(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def ended(self) -> bool:
        """Whether it stays so."""
        return self not in (JobStatus.QUEUED, JobStatus.RUNNING)


class Stage(StrEnum):
    """What is being done to a photo, in order."""

    DECODE = "decode"
    STYLISE = "stylise"
    DETECT = "detect"
    PASTE = "paste"
    ENCODE = "encode"
    STORE = "store"


# How much of the work is behind when a stage begins, for people's eyes.
PERCENT: Mapping[Stage, int] = {
    Stage.DECODE: 5,
    Stage.STYLISE: 10,
    Stage.DETECT: 60,
    Stage.PASTE: 80,
    Stage.ENCODE: 85,
    Stage.STORE: 95,
}


def percent_at(stage: Stage, share: float = 0.0) -> int:
    """How much is behind when ``share`` (0 to 1) of a stage is done; 0 to 100."""
    stages = list(Stage)
    ends = dict(zip(stages, [*(PERCENT[after] for after in stages[1:]), 100], strict=True))
    return PERCENT[stage] + int(share * (ends[stage] - PERCENT[stage]))


def new_id() -> str:
    """An id that nobody can guess: 128 random bits, 22 characters that a URL can carry."""
    return secrets.token_urlsafe(16)


class _Model(BaseModel):
    # While a new version is rolled out, the one before reads its records and writes them again.
    model_config = ConfigDict(frozen=True, extra="allow")


class _Options(TransformOptions):
    # Likewise; a caller's, which have nothing beside what is known, are taken over as they are.
    model_config = ConfigDict(extra="allow", from_attributes=True)


def _upload_key(upload_id: str) -> str:
    return upload_id


def copy_keys(cache_key: str) -> tuple[str, str]:
    """Of the two objects that a copy is: the picture's file, and what is known of it."""
    return f"cache/{cache_key}", f"cache/{cache_key}.json"


class Upload(_Model):
    """A file that someone may send; times in seconds since 1970 UTC."""

    id: str
    file_name: str
    size: int
    content_type: str
    created_at: float
    expires_at: float

    @property
    def key(self) -> str:
        """Of its object."""
        return _upload_key(self.id)


class Result(_Model):
    """What a job tells of its picture.

    Attributes:
        format: of the picture's file, never ``auto``.
        facts: of the picture (style, model, faces, size, timings), as JSON holds them.
        cached: whether the same photo with the same options had been painted before.
        cache_key: of the copy that answers the next such photo.
    """

    format: OutputFormat
    facts: dict[str, Any]
    cached: bool
    cache_key: str | None = None


class Job(_Model):
    """One photo's way to a picture; times in seconds since 1970 UTC.

    Attributes:
        left_zip: whether its batch's zip is made without it, as someone is deleting it.
    """

    id: str
    upload_id: str
    file_name: str
    options: _Options
    created_at: float
    expires_at: float
    correlation_id: str | None = None
    variant: Assigned | None = None
    webhook_url: str | None = None
    batch_id: str | None = None
    left_zip: bool = False
    status: JobStatus = JobStatus.QUEUED
    stage: Stage | None = None
    percent: int = 0
    attempts: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    claim: str | None = None
    lease_until: float = 0.0
    result: Result | None = None
    problem: dict[str, Any] | None = None

    @property
    def upload_key(self) -> str:
        """Of its photo's object."""
        return _upload_key(self.upload_id)

    @property
    def result_key(self) -> str:
        """Of its result's object."""
        return f"jobs/{self.id}"

    def status_at(self, now: float) -> JobStatus:
        """The status that a client is told."""
        return JobStatus.EXPIRED if now >= self.expires_at else self.status

    def held_at(self, now: float) -> bool:
        """Whether a worker has it: not by a lease of the future, the clock was set back since."""
        begun = self.started_at or 0.0
        running = self.status is JobStatus.RUNNING
        return running and begun <= now + _CLOCK_SLACK and now < self.lease_until

    def claimed(self, claim: str, now: float, lease_seconds: float) -> Job:
        """In the hands of the worker that made up ``claim``, for ``lease_seconds``.

        Raises:
            JobHeld: another worker's lease isn't over.
        """
        if self.held_at(now):
            raise JobHeld("the job is in another worker's hands")
        return self.model_copy(
            update={
                "status": JobStatus.RUNNING,
                "stage": None,
                "percent": 0,
                "attempts": self.attempts + 1,
                "started_at": now,
                "claim": claim,
                "lease_until": now + lease_seconds,
            }
        )

    def progressed(self, stage: Stage | None, lease_until: float, share: float = 0.0) -> Job:
        """Further on, with ``share`` of the stage done; ``None`` renews the lease alone."""
        step = {} if stage is None else {"stage": stage, "percent": percent_at(stage, share)}
        return self.model_copy(update={**step, "lease_until": lease_until})

    def released(self) -> Job:
        """Back in the queue."""
        return self.model_copy(
            update={
                "status": JobStatus.QUEUED,
                "stage": None,
                "percent": 0,
                "claim": None,
                "lease_until": 0.0,
            }
        )

    def succeeded(self, result: Result, now: float) -> Job:
        """Done."""
        return self._ended(now, {"status": JobStatus.SUCCEEDED, "result": result, "percent": 100})

    def failed(self, problem: dict[str, Any], now: float) -> Job:
        """Ended with a problem (RFC 9457)."""
        return self._ended(now, {"status": JobStatus.FAILED, "problem": problem})

    def _ended(self, now: float, update: dict[str, Any]) -> Job:
        return self.model_copy(
            update={"stage": None, "claim": None, "lease_until": 0.0, "finished_at": now, **update}
        )


class Batch(_Model):
    """Jobs that were asked for together; times in seconds since 1970 UTC."""

    id: str
    job_ids: tuple[str, ...]
    created_at: float
    expires_at: float

    @property
    def zip_key(self) -> str:
        """Of the object with all its results."""
        return f"batches/{self.id}.zip"


class Remembered(_Model):
    """An ``Idempotency-Key`` that came by, and what was made for it."""

    fingerprint: str
    id: str
