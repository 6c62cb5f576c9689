"""Taking a job in: check all that can be checked now, remember it, put it in the queue."""

from __future__ import annotations

from anime_shared.errors import UnknownJob
from anime_shared.jobs import Job
from anime_shared.platform import Platform
from anime_web.logic.orders import (
    IdempotencyKey,
    Order,
    check_order,
    check_upload,
    enqueue,
    new_job,
    remembered_id,
)
from anime_web.logic.rules import Rules


def submit(
    platform: Platform, rules: Rules, upload_id: str, order: Order, key: IdempotencyKey | None
) -> Job:
    """A job that waits for a worker, or the one that the same request made before.

    Raises:
        InputError: options, webhook, upload or its file are at fault.
        StyleNotInstalled: a style of it isn't here.
        StorageUnavailable: try again, with the same key: nothing is done twice.
    """
    check_order(rules, order)
    job_id = remembered_id(platform, rules, key, "job", order, [upload_id])
    known = _find_job(platform, job_id) if key else None
    if known is not None:
        enqueue(platform, [known])
        return known
    job = new_job(platform, rules, job_id, check_upload(platform, upload_id), order)
    platform.ledger.add_job(job)
    enqueue(platform, [job])
    return job


def _find_job(platform: Platform, job_id: str) -> Job | None:
    """The job with this id, if there is one."""
    try:
        return platform.ledger.job(job_id)
    except UnknownJob:
        return None
