"""``/api/v1/uploads``."""

from __future__ import annotations

from fastapi import APIRouter

from anime_shared.http.schemas import answers_to
from anime_web.entry.http.dependencies import BaseUrl, ServiceOf
from anime_web.entry.http.schemas import SEND, UploadAnswer, UploadRequest
from anime_web.logic.answers import absolute, moment
from anime_web.logic.uploads import make_upload

router = APIRouter(tags=["uploads"])


@router.post(
    "/api/v1/uploads",
    status_code=201,
    summary="Announce a photo",
    responses=answers_to(*SEND),
)
def post_upload(upload: UploadRequest, service: ServiceOf, base_url: BaseUrl) -> UploadAnswer:
    """Answers the request by which the file is to be sent; its size and type are signed."""
    made, signed = make_upload(
        service.platform, service.rules, upload.file_name, upload.size, upload.content_type
    )
    return UploadAnswer(
        upload_id=made.id,
        url=absolute(base_url, signed.url),
        method=signed.method,
        headers=signed.headers,
        expires_at=moment(signed.expires_at),
    )
