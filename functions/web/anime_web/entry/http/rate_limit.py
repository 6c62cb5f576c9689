"""How often one client may ask for work, where no gateway counts it."""

from __future__ import annotations

import math
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from anime_shared.errors import TooManyRequests
from anime_shared.http.problems import respond


class RateLimit:
    """ASGI middleware: more POST, PUT and DELETE of one address than ``rate`` are answered 429.

    ``rate`` is as ``600/minute``, within a moving window; counted in this process alone.
    """

    def __init__(self, app: ASGIApp, rate: str) -> None:
        # The cloud's function has no such library.
        from limits import parse  # noqa: PLC0415
        from limits.aio.storage import MemoryStorage  # noqa: PLC0415
        from limits.aio.strategies import MovingWindowRateLimiter  # noqa: PLC0415

        self._app = app
        self._rate = parse(rate)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429."""
        if scope["type"] == "http" and scope["method"] in ("POST", "PUT", "DELETE"):
            client = scope["client"][0] if scope.get("client") else ""
            if not await self._limiter.hit(self._rate, client):
                window = await self._limiter.get_window_stats(self._rate, client)
                seconds = max(1, math.ceil(window.reset_time - time.time()))
                error = TooManyRequests(
                    f"at most {self._rate.amount} changes per {self._rate.GRANULARITY.name}",
                    limit=self._rate.amount,
                )
                await respond(error, retry_after=seconds)(scope, receive, send)
                return
        await self._app(scope, receive, send)
