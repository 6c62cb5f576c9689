"""Deleting jobs and all that is left of them."""

from __future__ import annotations

import logging

from anime_shared import messages
from anime_shared.jobs import Job, copy_keys
from anime_shared.metrics import JOBS, NONE
from anime_shared.platform import Platform
from anime_shared.ports.meter import Meter
from anime_shared.treatment import main_style
from anime_shared.variants import labels_of
from anime_web.logic.batches import find_batch

_log = logging.getLogger(__name__)


def cancel(platform: Platform, meter: Meter, job_id: str) -> None:
    """Delete a job, its upload, its result, and the copies of its result.

    A worker that has it in hand notices at its next step.

    Raises:
        UnknownJob: no job has this id.
        StorageUnavailable: try again.
    """
    job = platform.ledger.job(job_id)
    batch = None if job.batch_id is None else platform.ledger.batch(job.batch_id)
    if batch is not None:
        # From now on no new zip has its picture; nobody else may be left to complete the batch.
        platform.ledger.leave_zip(job.id)
        platform.results.delete(batch.zip_key)
        platform.finished.send([messages.of_batch(batch.id)])
    _delete(platform, meter, job)


def cancel_batch(platform: Platform, meter: Meter, batch_id: str) -> None:
    """Delete a batch, its jobs and its zip.

    Raises:
        UnknownBatch: no batch has this id.
        StorageUnavailable: try again.
    """
    batch, jobs = find_batch(platform, batch_id)
    for job in jobs:
        _delete(platform, meter, job)
    platform.ledger.forget_batch(batch.id)
    platform.results.delete(batch.zip_key)


def _delete(platform: Platform, meter: Meter, job: Job) -> None:
    """The job's record goes last: until then, who failed half-way can try again."""
    platform.ledger.forget_upload(job.upload_id)
    platform.uploads.delete(job.upload_key)
    if job.result is not None and job.result.cache_key is not None:
        for key in copy_keys(job.result.cache_key):
            platform.copies.delete(key)
    platform.results.delete(job.result_key)
    platform.ledger.forget_job(job.id)
    if not job.status.ended:
        _log.info("job %s is cancelled", job.id)
        by = labels_of(main_style(job.options), job.variant)
        meter.record(JOBS, outcome="cancelled", problem=NONE, **by)
    # A worker may have ended it between the two; from now on it clears up after itself.
    platform.results.delete(job.result_key)
