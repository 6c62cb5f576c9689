"""How a route comes by what it needs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from anime_shared.http.access import API_KEY_HEADER
from anime_web.composition import Service
from anime_web.entry.http.schemas import IdempotencyHeader
from anime_web.logic.orders import IdempotencyKey


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _base_url(request: Request) -> str:
    return _service(request).settings.public_url or str(request.base_url)


def _idempotency_key(request: Request, key: IdempotencyHeader = None) -> IdempotencyKey | None:
    # A client without a right key comes no further than the middleware.
    if key is None:
        return None
    return IdempotencyKey(key, owner=request.headers.get(API_KEY_HEADER, ""))


ServiceOf = Annotated[Service, Depends(_service)]
BaseUrl = Annotated[str, Depends(_base_url)]
Key = Annotated[IdempotencyKey | None, Depends(_idempotency_key)]
