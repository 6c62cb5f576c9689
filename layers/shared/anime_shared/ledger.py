"""Uploads, jobs and batches, kept in a :class:`JobStore`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from anime_shared.errors import IdempotencyKeyReused, JobHeld, UnknownJob
from anime_shared.jobs import Batch, Job, JobStatus, Remembered, Result, Stage, Upload, new_id
from anime_shared.ports.job_store import JobStore, Record

# A record outlives what it tells of by a day, so that a client hears "expired" and not "unknown".
_AFTERLIFE_SECONDS = 86_400
M = TypeVar("M", bound=BaseModel)


class Ledger:
    """What is known of uploads, jobs and batches.

    Every method raises ``StorageUnavailable`` if the store can't be read or written.
    """

    def __init__(self, store: JobStore, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self.now = clock

    def check(self) -> None:
        """Ask the store for something, whatever it is."""
        self._store.get("check")

    def add_upload(self, upload: Upload) -> None:
        """Remember an upload that was given out."""
        self._create("upload", upload.id, upload, upload.expires_at)

    def upload(self, upload_id: str) -> Upload | None:
        """The upload with this id."""
        return self._read("upload", upload_id, Upload)

    def forget_upload(self, upload_id: str) -> None:
        """Delete an upload's record."""
        self._store.delete(f"upload#{upload_id}")

    def add_batch(self, batch: Batch) -> None:
        """Remember a batch; nothing happens if it is remembered already."""
        self._create("batch", batch.id, batch, batch.expires_at)

    def batch(self, batch_id: str) -> Batch | None:
        """The batch with this id."""
        return self._read("batch", batch_id, Batch)

    def forget_batch(self, batch_id: str) -> None:
        """Delete a batch's record."""
        self._store.delete(f"batch#{batch_id}")

    def remember(self, key: str, fingerprint: str, new: str, expires_at: float) -> str:
        """The id that a request with this ``Idempotency-Key`` makes: ``new``, or that of the first.

        Raises:
            IdempotencyKeyReused: the first one's fingerprint was another.
        """
        self._create("key", key, Remembered(fingerprint=fingerprint, id=new), expires_at)
        known = self._read("key", key, Remembered)
        if known is None:
            return new
        if known.fingerprint != fingerprint:
            raise IdempotencyKeyReused(
                "Idempotency-Key: it came with another request before; use a new one",
                field="Idempotency-Key",
            )
        return known.id

    def add_job(self, job: Job) -> None:
        """Remember a job; nothing happens if it is remembered already."""
        self._create("job", job.id, job, job.expires_at)

    def job(self, job_id: str) -> Job:
        """The job with this id.

        Raises:
            UnknownJob: there is none.
        """
        job, _ = self._job(job_id)
        return job

    def jobs(self, job_ids: Sequence[str]) -> list[Job]:
        """Those of the jobs that there are, in the same order."""
        keys = [f"job#{job_id}" for job_id in job_ids]
        found = self._store.get_many(keys)
        return [Job.model_validate_json(found[key].body) for key in keys if key in found]

    def forget_job(self, job_id: str) -> None:
        """Delete a job's record; who works on it notices at the next step."""
        self._store.delete(f"job#{job_id}")

    def claim(self, job_id: str, lease_seconds: float) -> Job:
        """Take a job into one's hands; an ended one comes back as it is.

        Raises:
            UnknownJob: it was deleted, or its time is over.
            JobHeld: another worker has it.
        """
        claim = new_id()

        def take(job: Job) -> Job:
            if self.now() >= job.expires_at:
                raise UnknownJob("the job's time is over")
            return job if job.status.ended else job.claimed(claim, self.now(), lease_seconds)

        return self._change(job_id, take)

    def progress(
        self, held: Job, stage: Stage | None, lease_seconds: float, share: float = 0.0
    ) -> None:
        """Tell how far a job is, and keep it in one's hands; ``None`` keeps the stage.

        ``share`` of the stage, 0 to 1, is done.

        Raises:
            UnknownJob: it was deleted.
            JobHeld: the lease was over, and another worker has it.
        """
        lease = self.now() + lease_seconds
        self._change(held.id, lambda job: _own(job, held).progressed(stage, lease, share))

    def release(self, held: Job) -> None:
        """Give a job back.

        Raises:
            UnknownJob: it was deleted.
            JobHeld: the lease was over, and another worker has it.
        """
        self._change(held.id, lambda job: _own(job, held).released())

    def succeed(self, held: Job, result: Result) -> Job:
        """End a job well.

        Raises:
            UnknownJob: it was deleted.
            JobHeld: the lease was over, and another worker has it.
        """
        return self._change(held.id, lambda job: _own(job, held).succeeded(result, self.now()))

    def fail(self, held: Job, problem: dict[str, Any]) -> Job:
        """End a job with a problem (RFC 9457).

        Raises:
            UnknownJob: it was deleted.
            JobHeld: the lease was over, and another worker has it.
        """
        return self._change(held.id, lambda job: _own(job, held).failed(problem, self.now()))

    def give_up(self, job_id: str, problem: dict[str, Any]) -> Job:
        """End a job that nobody holds with a problem; an ended one comes back as it is.

        Raises:
            UnknownJob: it was deleted.
            JobHeld: a worker has it.
        """

        def end(job: Job) -> Job:
            if job.status.ended:
                return job
            if job.held_at(self.now()):
                raise JobHeld("the job is in a worker's hands")
            return job.failed(problem, self.now())

        return self._change(job_id, end)

    def leave_zip(self, job_id: str) -> None:
        """Let the zip of a job's batch be made without it; nothing else of the job changes.

        Raises:
            UnknownJob: it was deleted.
        """
        self._change(job_id, lambda job: job.model_copy(update={"left_zip": True}))

    def _change(self, job_id: str, step: Callable[[Job], Job]) -> Job:
        while True:
            job, record = self._job(job_id)
            changed = step(job)
            if changed is job or self._store.replace(record, changed.model_dump_json()):
                return changed

    def _job(self, job_id: str) -> tuple[Job, Record]:
        record = self._store.get(f"job#{job_id}")
        if record is None:
            raise UnknownJob("no job has this id; it was deleted, or never given out here")
        return Job.model_validate_json(record.body), record

    def _create(self, kind: str, name: str, model: BaseModel, expires_at: float) -> None:
        expiry = int(expires_at) + _AFTERLIFE_SECONDS
        self._store.create(f"{kind}#{name}", model.model_dump_json(), expiry)

    def _read(self, kind: str, name: str, model: type[M]) -> M | None:
        record = self._store.get(f"{kind}#{name}")
        return None if record is None else model.model_validate_json(record.body)


def _own(job: Job, held: Job) -> Job:
    if job.status is not JobStatus.RUNNING or job.claim != held.claim:
        raise JobHeld("the job is in another worker's hands")
    return job
