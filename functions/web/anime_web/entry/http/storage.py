"""``/storage/{token}``: where signed requests of the embedded object stores lead."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.responses import FileResponse
from starlette.requests import ClientDisconnect

from anime_shared.adapters.embedded.objects import FileObjectStore
from anime_shared.adapters.embedded.signing import Grant
from anime_shared.errors import BadSignature, MalformedBody, UploadMismatch, UploadTooLarge
from anime_shared.http.body_limit import announced_bytes
from anime_web.composition import Service
from anime_web.entry.http.dependencies import ServiceOf

Token = Annotated[str, Path(max_length=4096)]
router = APIRouter(include_in_schema=False)


@router.put("/storage/{token}", status_code=200)
async def put_object(request: Request, service: ServiceOf, token: Token) -> Response:
    """Takes a file of exactly the size and type that were signed."""
    store, grant = _granted(service, token, "PUT")
    sent = request.headers.get("content-type", "")
    if sent != grant.content_type:
        raise UploadMismatch(
            f"Content-Type: it must be {grant.content_type}, as was announced",
            field="Content-Type",
        )
    granted = grant.size or 0
    if announced_bytes(request.headers) > granted:
        raise _too_large(granted)
    async with contextmanager_in_threadpool(store.open_to_write(grant.key)) as file:
        received = 0
        try:
            async for chunk in request.stream():
                received += len(chunk)
                if received > granted:
                    raise _too_large(granted)
                await run_in_threadpool(file.write, chunk)
        except ClientDisconnect:
            raise MalformedBody("body: it ended too early", field="body") from None
        if received < granted:
            raise UploadMismatch(
                f"body: it has {received} bytes, announced were {granted}", field="body"
            )
    return Response()


@router.get("/storage/{token}")
def get_object(service: ServiceOf, token: Token) -> FileResponse:
    """Gives a file to save; a browser neither shows nor guesses at it."""
    store, grant = _granted(service, token, "GET")
    file = store.path(grant.key)
    if not file.is_file():
        raise HTTPException(404, "What the link led to was deleted")
    name = quote(grant.file_name or "download", safe="")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Cache-Control": "private, max-age=900",
        "X-Content-Type-Options": "nosniff",
    }
    return FileResponse(file, media_type=grant.content_type, headers=headers)


def _granted(
    service: Service, token: str, method: Literal["PUT", "GET"]
) -> tuple[FileObjectStore, Grant]:
    platform = service.platform
    stores = {"uploads": platform.uploads, "results": platform.results}
    signer = stores["uploads"]
    assert isinstance(signer, FileObjectStore)  # noqa: S101 - routed with the embedded ones alone
    grant = signer.signer.open(token, platform.ledger.now())
    if grant.method != method:
        raise BadSignature(f"the link is for {grant.method}")
    store = stores[grant.store]
    assert isinstance(store, FileObjectStore)  # noqa: S101
    return store, grant


def _too_large(granted: int) -> UploadTooLarge:
    return UploadTooLarge(
        f"body: it has more than the {granted} bytes that were announced",
        field="body",
        limit=granted,
    )
