"""The web function's application."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from anyio import to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from anime_shared.http import access, measure, problems
from anime_shared.http.body_limit import BodyLimit
from anime_shared.http.correlation import Correlation
from anime_shared.telemetry import UNWATCHED, Telemetry
from anime_web.composition import Service
from anime_web.entry.http import about, batches, forward, jobs, uploads
from anime_web.entry.http.rate_limit import RateLimit
from anime_web.settings import Settings

OPENAPI_FILE: Final = Path(__file__).parents[2] / "openapi.json"
_JSON_BYTES: Final = 64 * 1024


def create_app(settings: Settings, telemetry: Telemetry = UNWATCHED) -> FastAPI:
    """The application; its stores are opened at its start or, where there is none, at need.

    ``app.state.service.stopping`` ends all waiting on behalf of clients.
    """
    service = Service(settings, telemetry)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await to_thread.run_sync(lambda: service.platform)
        yield
        await service.close()
        await to_thread.run_sync(telemetry.tracer.flush)

    app = FastAPIOffline(
        title="AnimeGAN Serverless",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        redirect_slashes=False,
    )
    document = json.loads(OPENAPI_FILE.read_bytes())
    app.openapi = lambda: document  # type: ignore[method-assign]
    app.state.service = service
    for room in (uploads, jobs, batches, forward, about):
        app.include_router(room.router)
    _guard(app, settings)
    app.add_middleware(measure.Requests, telemetry=telemetry)
    app.add_middleware(Correlation)
    return app


def _guard(app: FastAPI, settings: Settings) -> None:
    app.add_middleware(
        BodyLimit,
        max_bytes=_JSON_BYTES,
        field="body",
        paths="/api/v1/(uploads|jobs|batches)",
        envelope=0,
    )
    app.add_middleware(
        BodyLimit, max_bytes=settings.max_upload_bytes, paths=rf"/upload$|{forward.PATH}$"
    )
    if settings.platform == "embedded":
        # Its stores and its page have no web server of their own, and it has no gateway before it.
        from anime_web.entry.http import page, storage  # noqa: PLC0415

        app.include_router(storage.router)
        if settings.site_dir is not None:
            page.install(app, settings.site_dir)
        if settings.rate_limit:
            app.add_middleware(RateLimit, rate=settings.rate_limit)
    problems.install(app)
    access.install(app, settings)
