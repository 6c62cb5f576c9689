"""What jobs and batches have in common: an order, its checks, the way to the queue."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from anime_shared import messages, trail
from anime_shared.errors import (
    NotAPicture,
    StyleNotInstalled,
    UnknownUpload,
    UploadExpired,
    UploadMismatch,
    UploadMissing,
)
from anime_shared.jobs import Job, JobStatus, Upload, new_id
from anime_shared.options import TransformOptions
from anime_shared.platform import Platform
from anime_shared.sniff import HEAD_BYTES, content_type_of, fits
from anime_shared.treatment import choose_treatment
from anime_web.logic.rules import Rules

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with a photo, who is to be told of its end, and who asks for it."""

    options: TransformOptions
    webhook_url: str | None
    client: str | None = None


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A name that a client gave its request: the same request again makes nothing new.

    Attributes:
        value: the client's.
        owner: sets apart clients that happen to use the same; "" if they can't be told apart.
    """

    value: str
    owner: str = ""


def check_order(rules: Rules, order: Order) -> None:
    """See that the order can be carried out.

    Raises:
        InputError: a style is unknown or unfit, or the webhook isn't allowed.
        StyleNotInstalled: a style of it isn't here.
    """
    treatment = choose_treatment(order.options)
    for style in (treatment.background, treatment.face):
        if style is not None and not rules.installed(style):
            raise StyleNotInstalled(
                f"style: {style.id} is not installed; the operator can add it with "
                f"`animegan models pull {style.id}`",
                field="style",
            )
    if order.webhook_url is not None:
        rules.webhooks.check(order.webhook_url)


def check_upload(platform: Platform, upload_id: str) -> Upload:
    """The upload, its file being there and what was announced.

    Raises:
        UnknownUpload: no upload has this id.
        UploadExpired: its time is over.
        UploadMissing: its file was never sent.
        UploadMismatch: its file has another size or type.
        NotAPicture: its file is no picture.
    """
    field = "upload_id"
    upload = platform.ledger.upload(upload_id)
    if upload is None:
        raise UnknownUpload(f"{field}: it was deleted, or never given out here", field=field)
    if platform.ledger.now() >= upload.expires_at:
        raise UploadExpired(f"{field}: its time is over; make a new upload", field=field)
    size = platform.uploads.size(upload.key)
    if size is None:
        raise UploadMissing(f"{field}: send its file to the upload's url first", field=field)
    if size != upload.size:
        raise UploadMismatch(
            f"{field}: the file has {size} bytes, announced were {upload.size}", field=field
        )
    found = content_type_of(platform.uploads.read_start(upload.key, HEAD_BYTES))
    if found is None:
        raise NotAPicture(
            f"{field}: the file is none of JPEG, PNG, WebP, AVIF, HEIC and GIF", field=field
        )
    if not fits(upload.content_type, found):
        raise UploadMismatch(
            f"{field}: the file is {found}, announced was {upload.content_type}", field=field
        )
    return upload


def remembered_id(
    platform: Platform,
    rules: Rules,
    key: IdempotencyKey | None,
    kind: str,
    order: Order,
    upload_ids: Sequence[str],
) -> str:
    """The id for what a request makes: a new one, or that of the same request before.

    Raises:
        IdempotencyKeyReused: the key came with another request before.
    """
    new = new_id()
    if key is None:
        return new
    request = (kind, *upload_ids, order.webhook_url or "", order.options.model_dump_json())
    return platform.ledger.remember(
        _digest(kind, key.owner, key.value),
        _digest(*request),
        new,
        platform.ledger.now() + rules.retention,
    )


def new_job(
    platform: Platform,
    rules: Rules,
    job_id: str,
    upload: Upload,
    order: Order,
    batch_id: str | None = None,
) -> Job:
    """A job that nobody knows of yet."""
    now = platform.ledger.now()
    options, variant = rules.variants.assign(order.options, order.client or job_id)
    return Job(
        id=job_id,
        upload_id=upload.id,
        file_name=upload.file_name,
        options=options,
        variant=variant,
        webhook_url=order.webhook_url,
        batch_id=batch_id,
        created_at=now,
        # Its photo is kept no longer.
        expires_at=min(now + rules.retention, upload.expires_at),
        correlation_id=trail.fields().get("correlation_id"),
    )


def enqueue(platform: Platform, jobs: Sequence[Job]) -> None:
    """Put those jobs in the queue that wait; one that is there twice is worked on once."""
    waiting = [job for job in jobs if job.status is JobStatus.QUEUED]
    if waiting:
        platform.jobs.send([messages.of_job(job.id) for job in waiting])
        for job in waiting:
            _log.info("job %s is queued", job.id)


def _digest(*parts: str) -> str:
    hashed = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        hashed.update(len(encoded).to_bytes(8, "big") + encoded)
    return hashed.hexdigest()
