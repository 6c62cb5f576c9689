"""Who may call: origins of pages, and API keys."""

from __future__ import annotations

import hmac
import re
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from anime_shared.errors import Unauthorized
from anime_shared.http.problems import respond
from anime_shared.settings import PlatformSettings
from anime_shared.trail import CORRELATION_HEADER, TRACE_HEADER

API_KEY_HEADER: Final = "x-api-key"
CLIENT_HEADER: Final = "Anime-Client"
_GUARDED = re.compile(r"/upload$|/api/v1/(?!openapi\.json$)")
_EXPOSED = (
    "Anime-Cached",
    "Anime-Cost-USD",
    "Anime-Face-Style",
    "Anime-Faces",
    "Anime-Frames",
    "Anime-Memory-Bytes",
    "Anime-Model",
    "Anime-Size",
    "Anime-Style",
    "Anime-Variant",
    "Location",
    "Retry-After",
    "Server-Timing",
    CORRELATION_HEADER,
)


class ApiKey:
    """ASGI middleware: the API answers who sends one of the keys in ``X-API-Key``."""

    def __init__(self, app: ASGIApp, keys: tuple[str, ...]) -> None:
        self._app = app
        self._keys = [key.encode() for key in keys]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401."""
        guarded = scope["type"] == "http" and _GUARDED.match(scope["path"]) is not None
        if guarded and not self._knows(Headers(scope=scope).get(API_KEY_HEADER, "")):
            error = Unauthorized(
                "X-API-Key: this header must hold a key that the operator gave out",
                field="X-API-Key",
            )
            await respond(error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _knows(self, key: str) -> bool:
        offered = key.encode()
        return any(hmac.compare_digest(offered, known) for known in self._keys)


def install(app: FastAPI, settings: PlatformSettings) -> None:
    """Guard ``app`` as the settings say; the last thing to be added to it."""
    if settings.api_keys:
        keys = tuple(key.get_secret_value() for key in settings.api_keys)
        app.add_middleware(ApiKey, keys=keys)
    if settings.cors_origins:
        # Outermost: a browser must be able to read a refusal, too.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "DELETE"],
            allow_headers=[
                "Content-Type",
                "Idempotency-Key",
                CORRELATION_HEADER,
                TRACE_HEADER,
                API_KEY_HEADER,
                CLIENT_HEADER,
            ],
            expose_headers=_EXPOSED,
            max_age=86_400,
        )
