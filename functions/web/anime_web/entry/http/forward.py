"""``/upload`` and ``/api/v1/transform``: the inference function's answer, through this one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from anime_shared import trail
from anime_shared.errors import MalformedBody
from anime_shared.http.presence import unless_gone
from anime_shared.trail import CORRELATION_HEADER, TRACE_HEADER
from anime_web.entry.http.dependencies import ServiceOf
from anime_web.ports.forwarder import ForwardedRequest

PATH: Final = "/api/v1/transform"
_PASSED_ON: Final = (
    "accept",
    "anime-client",
    "content-length",
    "content-type",
    "x-amzn-trace-id",
    "x-api-key",
)
# RFC 9110, section 7.6.1, and what this server says for itself.
_KEPT_BACK: Final = {
    CORRELATION_HEADER.lower(),
    "connection",
    "date",
    "keep-alive",
    "proxy-connection",
    "server",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
router = APIRouter(tags=["transform"])


@router.post("/upload", summary="Turn a photo into an anime picture, as older clients ask")
@router.post(PATH, summary="Turn a photo into an anime picture")
async def post_transform(request: Request, service: ServiceOf) -> StreamingResponse:
    """Answers as the inference function does."""
    # The first time, it is made, and libraries are imported for it.
    forwarder = await to_thread.run_sync(lambda: service.forwarder)
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    headers |= _trail()
    passed_on = asyncio.Event()

    async def gone() -> bool:
        # Whoever looks for the end of the connection before takes parts of the body away.
        await passed_on.wait()
        return await request.is_disconnected()

    copy = ForwardedRequest(PATH, request.url.query, headers, _body(request, passed_on))
    answer = await unless_gone(gone, lambda: forwarder.forward(copy))
    kept = {name: text for name, text in answer.headers.items() if name not in _KEPT_BACK}
    return StreamingResponse(answer.body, answer.status, kept)


def _trail() -> dict[str, str]:
    told = trail.fields()
    names = {"correlation_id": CORRELATION_HEADER.lower(), "traceparent": TRACE_HEADER}
    return {names[field]: text for field, text in told.items()}


async def _body(request: Request, passed_on: asyncio.Event) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
        passed_on.set()
    except ClientDisconnect:
        raise MalformedBody("body: it ended too early", field="body") from None
