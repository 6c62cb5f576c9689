"""The trail of a request: taken from it, or begun with it."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from anime_shared import trail
from anime_shared.trail import CORRELATION_HEADER, TRACE_HEADER, Trail


class Correlation:
    """ASGI middleware, the outermost: each answer has the request's correlation id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Follow the request's trail, and pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        followed = Trail.of(headers.get(CORRELATION_HEADER), headers.get(TRACE_HEADER))
        # Not for this block alone: who answers for a defect stands around it, in the same task.
        trail.follow(followed)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[CORRELATION_HEADER] = followed.correlation_id
            await send(message)

        await self._app(scope, receive, named)
