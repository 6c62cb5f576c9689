"""Counts, times and traces the requests of an application."""

from __future__ import annotations

import logging
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from anime_shared.metrics import REQUEST_SECONDS, REQUESTS
from anime_shared.telemetry import Telemetry

_log = logging.getLogger(__name__)
# Of a request that no route saw: a file of the page, or one that was refused before.
_NO_ROUTE: Final = "other"
# What a client sees of an answer that never began.
_BROKEN: Final = 500


class Requests:
    """ASGI middleware: tells each request by its route's pattern, never by its path."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self._app = app
        self._meter = telemetry.meter
        self._tracer = telemetry.tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell what became of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = _BROKEN

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = time.perf_counter()
        with self._tracer.span("request", method=scope["method"]) as span:
            try:
                await self._app(scope, receive, seen)
            finally:
                seconds = time.perf_counter() - start
                route = getattr(scope.get("route"), "path", _NO_ROUTE)
                span.tell(route=route, status=status)
                self._meter.record(REQUESTS, route=route, status=str(status))
                self._meter.record(REQUEST_SECONDS, seconds, route=route)
                _log.debug("%s %s: %d in %.3f s", scope["method"], route, status, seconds)
