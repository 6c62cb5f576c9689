"""What clients send, and what is answered beside the views of the logic."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from anime_shared.errors import (
    IdempotencyKeyReused,
    InvalidField,
    MalformedBody,
    NotAPicture,
    StorageUnavailable,
    StyleNotInstalled,
    TooManyRequests,
    Unauthorized,
    UnknownStyle,
    UnknownUpload,
    UploadExpired,
    UploadMismatch,
    UploadMissing,
    UploadTooLarge,
    WebhookRefused,
)
from anime_shared.options import PaintOptions, TransformOptions
from anime_web.logic.orders import Order
from anime_web.logic.uploads import ContentType
from anime_web.logic.webhooks import LONGEST_URL

_ID = r"^[A-Za-z0-9_-]+$"
Id = Annotated[
    str, Field(min_length=1, max_length=64, pattern=_ID, examples=["Vb1N0cq2Sx2pVfYw7Zr0Lg"])
]
PathId = Annotated[str, Path(min_length=1, max_length=64, pattern=_ID)]
Wait = Annotated[
    float,
    Query(
        ge=0,
        le=20,
        allow_inf_nan=False,
        description="Seconds to wait for something new, as long as there is something to come.",
    ),
]
Known = Annotated[
    str | None,
    Query(
        max_length=64,
        description="The `revision` that is known: with `wait`, another one is answered at once. "
        "Without it, what changes between two requests is seen late.",
    ),
]
IdempotencyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[!-~]+$",
        description="The same request with the same key makes nothing new.",
    ),
]

READ = (Unauthorized, InvalidField, StorageUnavailable)
WRITE = (*READ, TooManyRequests)
SEND = (*WRITE, MalformedBody, UploadTooLarge)
ORDER = (
    *SEND,
    UnknownStyle,
    StyleNotInstalled,
    WebhookRefused,
    UnknownUpload,
    UploadExpired,
    UploadMissing,
    UploadMismatch,
    NotAPicture,
    IdempotencyKeyReused,
)


class UploadRequest(BaseModel):
    """A file that is to be sent."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"file_name": "me.jpg", "size": 123456, "content_type": "image/jpeg"}
        },
    )

    file_name: Annotated[str, Field(max_length=1024)]
    size: Annotated[int, Field(ge=1, description="Bytes.")]
    content_type: ContentType


class UploadAnswer(BaseModel):
    """The request by which the file is to be sent."""

    upload_id: str
    url: str
    method: str
    headers: dict[str, str] = Field(description="To be sent exactly so, beside Content-Length.")
    expires_at: AwareDatetime = Field(description="When it is too late to send the file.")


class _OrderRequest(PaintOptions):
    webhook_url: Annotated[
        str | None,
        Field(
            max_length=LONGEST_URL,
            description="Is sent a job's status when it has ended, if the operator allows it.",
        ),
    ] = None

    def order_of(self, client: str | None) -> Order:
        """What is to be done, and who is to be told; ``client`` is the name of who asks."""
        options = self.model_dump(include=set(PaintOptions.model_fields))
        return Order(TransformOptions(**options), self.webhook_url, client)


class JobRequest(_OrderRequest):
    """A photo that is to be painted."""

    upload_id: Id


class BatchRequest(_OrderRequest):
    """Photos that are to be painted in the same way."""

    upload_ids: Annotated[list[Id], Field(min_length=1, max_length=100)]

    @field_validator("upload_ids")
    @classmethod
    def _are_distinct(cls, ids: list[str]) -> list[str]:
        if len(set(ids)) < len(ids):
            raise ValueError("an upload is named twice")
        return ids
