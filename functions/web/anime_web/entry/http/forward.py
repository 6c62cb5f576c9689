"""``/upload`` and ``/api/v1/transform``: the inference function's answer, through this one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from anime_shared.errors import InferenceUnreachable, MalformedBody
from anime_web.settings import Settings

if TYPE_CHECKING:
    import httpx2

PATH: Final = "/api/v1/transform"
_CONNECT_SECONDS: Final = 3
_PASSED_ON: Final = (
    "accept",
    "content-length",
    "content-type",
    "traceparent",
    "x-amzn-trace-id",
    "x-api-key",
)
# RFC 9110, section 7.6.1, and what this server says for itself.
_KEPT_BACK: Final = {
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


class Forwarder:
    """Passes requests on to the inference function, over connections that are kept."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.inference_url.rstrip("/") + PATH
        self._seconds = settings.forward_timeout
        self._client: httpx2.AsyncClient | None = None

    async def forward(self, request: Request) -> StreamingResponse:
        """The answer to the same request there; neither body is held here.

        Raises:
            InferenceUnreachable: no answer in time.
            MalformedBody: the client went away while it sent.
        """
        # Most functions never need it, and it takes its time to import.
        import httpx2  # noqa: PLC0415

        if self._client is None:
            timeout = httpx2.Timeout(self._seconds, connect=_CONNECT_SECONDS)
            limits = httpx2.Limits(max_connections=None)
            self._client = httpx2.AsyncClient(timeout=timeout, limits=limits, trust_env=False)
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        copy = self._client.build_request(
            "POST",
            self._url,
            params=request.query_params,
            headers=headers,
            content=request.stream(),
        )
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._client.send(copy, stream=True)
        except (httpx2.TransportError, TimeoutError) as error:
            raise InferenceUnreachable(
                "the function that paints doesn't answer; try again in a moment"
            ) from error
        except ClientDisconnect:
            raise MalformedBody("body: it ended too early", field="body") from None
        kept = {name: text for name, text in answer.headers.items() if name not in _KEPT_BACK}
        return StreamingResponse(_body(answer), answer.status_code, kept)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()


async def _body(answer: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


@router.post("/upload", summary="Turn a photo into an anime picture, as older clients ask")
@router.post(PATH, summary="Turn a photo into an anime picture")
async def post_transform(request: Request) -> StreamingResponse:
    """Answers as the inference function does."""
    forwarder: Forwarder = request.app.state.forwarder
    return await forwarder.forward(request)
