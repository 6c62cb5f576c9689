"""Taking a batch in: many photos with the same order."""

from __future__ import annotations

from collections.abc import Sequence

from anime_shared.errors import UnknownBatch
from anime_shared.jobs import Batch, Job, new_id
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
