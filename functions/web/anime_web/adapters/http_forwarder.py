"""Requests to the inference function over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import httpx2

from anime_shared.errors import InferenceUnreachable
from anime_web.ports.forwarder import ForwardedAnswer, ForwardedRequest

_CONNECT_SECONDS: Final = 3


class HttpForwarder:
    """A ``Forwarder`` over connections that are kept; holds no body."""

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url.rstrip("/")
        self._seconds = seconds
        timeout = httpx2.Timeout(seconds, connect=_CONNECT_SECONDS)
        limits = httpx2.Limits(max_connections=None)
        self._client = httpx2.AsyncClient(timeout=timeout, limits=limits, trust_env=False)

    async def forward(self, request: ForwardedRequest) -> ForwardedAnswer:
        """The answer to the same request there.

        Raises:
            InferenceUnreachable: no answer in time.
        """
        url = httpx2.URL(self._url + request.path, query=request.query.encode() or None)
        copy = self._client.build_request(
            "POST", url, headers=dict(request.headers), content=request.body
        )
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._client.send(copy, stream=True)
        except (httpx2.TransportError, TimeoutError) as error:
            raise InferenceUnreachable(
                "the function that paints doesn't answer; try again in a moment"
            ) from error
        return ForwardedAnswer(answer.status_code, dict(answer.headers), _body(answer))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


async def _body(answer: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()
