"""Requests to the inference function over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final

import httpx2

from anime_shared.errors import InferenceUnreachable
from anime_web.adapters.containers import Containers
from anime_web.ports.forwarder import ForwardedAnswer, ForwardedRequest

_CONNECT_SECONDS: Final = 3
_PORTS: Final = {"http": 80, "https": 443}


class HttpForwarder:
    """A ``Forwarder`` over connections that are kept; holds no body.

    Where the URL's host is the name of several containers, the idlest of them is asked.

    Args:
        url: of the inference function.
        seconds: until its answer must have begun, from when it has all of the body; it may be
            silent no longer before that, either.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self._url = httpx2.URL(url.rstrip("/"))
        self._seconds = seconds
        port = self._url.port or _PORTS[self._url.scheme]
        self._containers = Containers(self._url.host, port)
        timeout = httpx2.Timeout(seconds, connect=_CONNECT_SECONDS)
        limits = httpx2.Limits(max_connections=None)
        self._client = httpx2.AsyncClient(timeout=timeout, limits=limits, trust_env=False)

    async def forward(self, request: ForwardedRequest) -> ForwardedAnswer:
        """The answer to the same request there.

        Raises:
            InferenceUnreachable: no answer in time.
        """
        try:
            async with asyncio.timeout(self._seconds) as limit:
                body = self._untimed(request.body, limit)
                answer = await self._send(replace(request, body=body))
        except (httpx2.TransportError, OSError, TimeoutError) as error:
            raise InferenceUnreachable(
                "the function that paints doesn't answer; try again in a moment"
            ) from error
        return ForwardedAnswer(answer.status_code, dict(answer.headers), _body(answer))

    async def _untimed(
        self, body: AsyncIterator[bytes], limit: asyncio.Timeout
    ) -> AsyncIterator[bytes]:
        # How long a client takes to send its photo says nothing about who paints it.
        limit.reschedule(None)
        async for chunk in body:
            yield chunk
        limit.reschedule(asyncio.get_running_loop().time() + self._seconds)

    async def _send(self, request: ForwardedRequest) -> httpx2.Response:
        *others, last = await self._containers.idlest_first()
        for address in others:
            try:
                return await self._send_to(address, request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                # Nothing of the body has been read: the next one can have all of it.
                continue
        return await self._send_to(last, request)

    async def _send_to(self, address: str, request: ForwardedRequest) -> httpx2.Response:
        path = self._url.path.rstrip("/") + request.path
        url = self._url.copy_with(host=address, path=path, query=request.query.encode() or None)
        copy = self._client.build_request(
            "POST",
            url,
            headers={**request.headers, "host": self._url.netloc.decode()},
            content=request.body,
            extensions={"sni_hostname": self._url.host},
        )
        # A container has done its work when its answer begins.
        with self._containers.busy(address):
            return await self._client.send(copy, stream=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


async def _body(answer: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()
