"""The inference function's routes."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from anyio import create_task_group, to_thread
from fastapi import APIRouter, FastAPI, Form, Request, Response
from fastapi_offline import FastAPIOffline

from anime_inference.composition import Service
from anime_inference.entry.http.accept import wants_image
from anime_inference.entry.http.calls import Calls
from anime_inference.entry.http.schemas import PROBLEMS, TransformAnswer, TransformForm
from anime_inference.logic.painting import PaintedPicture
from anime_inference.settings import Settings
from anime_shared.errors import AnimeError
from anime_shared.http import access, measure, problems
from anime_shared.http.body_limit import BodyLimit
from anime_shared.http.correlation import Correlation
from anime_shared.http.schemas import ClientName, Health, StyleAnswer
from anime_shared.styles import STYLES
from anime_shared.telemetry import UNWATCHED, Telemetry

_log = logging.getLogger(__name__)
router = APIRouter()


def create_app(settings: Settings, telemetry: Telemetry = UNWATCHED) -> FastAPI:
    """The application; it answers at once and loads the default style behind that."""
    service = Service(settings, telemetry)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await to_thread.run_sync(lambda: service.call_studio)
        async with create_task_group() as tasks:
            tasks.start_soon(to_thread.run_sync, _load, service)
            yield
        await to_thread.run_sync(telemetry.tracer.flush)

    # Its /docs comes from here, not from somebody's network: it works without one.
    app = FastAPIOffline(
        title="AnimeGAN Serverless: inference",
        description="A photo goes in, an anime picture comes out.",
        version="1",
        lifespan=lifespan,
    )
    app.state.service = service
    app.state.calls = Calls(service)
    app.add_middleware(BodyLimit, max_bytes=settings.max_upload_bytes)
    problems.install(app)
    app.include_router(router)
    access.install(app, settings)
    app.add_middleware(measure.Requests, telemetry=telemetry)
    app.add_middleware(Correlation)
    return app


def _load(service: Service) -> None:
    try:
        service.load()
    except AnimeError:
        _log.exception("the default style can't be loaded")


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _calls(request: Request) -> Calls:
    calls: Calls = request.app.state.calls
    return calls


@router.post(
    "/api/v1/transform",
    summary="Turn a photo into an anime picture",
    response_model=TransformAnswer,
    responses={
        200: {"content": {"image/*": {}}, "description": "JSON, or the picture if accepted"},
        **PROBLEMS,
    },
)
async def post_transform(
    request: Request,
    form: Annotated[TransformForm, Form(media_type="multipart/form-data")],
    client: ClientName = None,
) -> Response:
    """Answers JSON with a data URL, or the picture itself for ``Accept: image/*``."""
    start = time.perf_counter()
    accept = request.headers.get("accept", "")
    photo = await form.image.read()
    options, gone = form.options(accept), request.is_disconnected
    picture = await _calls(request).picture_of(photo, options, client, gone)
    elapsed = time.perf_counter() - start
    return _file(picture) if wants_image(accept) else _json(picture, elapsed)


def _file(picture: PaintedPicture) -> Response:
    facts = picture.facts
    faces = facts["faces"]
    treated = sum(face["treated"] for face in faces)
    stages = (f"{stage};dur={seconds * 1000:.1f}" for stage, seconds in facts["timings"].items())
    headers = {
        "Anime-Style": facts["style"] or "none",
        "Anime-Variant": facts["variant"] or "none",
        "Anime-Model": facts["model"] or "none",
        "Anime-Face-Style": facts["face_style"] or "none",
        "Anime-Faces": f"found={len(faces)}, treated={treated}",
        "Anime-Size": f"{facts['width']}x{facts['height']}",
        "Anime-Frames": str(facts["frames"]),
        "Server-Timing": ", ".join(stages),
        **_cost(facts["receipt"]),
        **_common(picture),
    }
    return Response(picture.data, media_type=picture.format.media_type, headers=headers)


def _cost(receipt: dict[str, Any]) -> dict[str, str]:
    return {
        "Anime-Cost-USD": f"{receipt['cost_usd']:.9f}",
        "Anime-Memory-Bytes": str(receipt["memory_bytes"]),
    }


def _json(picture: PaintedPicture, elapsed: float) -> Response:
    encoded = base64.b64encode(picture.data).decode()
    answer = TransformAnswer(
        **picture.facts,
        format=picture.format,
        elapsed_time=round(elapsed, 4),
        cached=picture.cached,
        result_base64=f"data:{picture.format.media_type};base64,{encoded}",
    )
    return Response(
        answer.model_dump_json(), media_type="application/json", headers=_common(picture)
    )


def _common(picture: PaintedPicture) -> dict[str, str]:
    return {"Anime-Cached": str(picture.cached).lower(), "Vary": "Accept"}


@router.get("/api/v1/styles", summary="The styles, and which can be used here")
async def get_styles(request: Request) -> list[StyleAnswer]:
    """Every style of the registry, the default first."""
    store = _service(request).store
    return [StyleAnswer.of(style, installed=store.is_installed(style)) for style in STYLES]


@router.get("/healthz", summary="Alive")
async def get_health() -> Health:
    """Answers while photos are being worked on, too."""
    return Health(status="ok")


@router.get("/readyz", summary="The model is loaded", responses={503: PROBLEMS[503]})
async def get_readiness(request: Request) -> Health:
    """503 until the default style's model is loaded and warm."""
    readiness = _service(request).readiness
    if readiness is not None:
        raise readiness
    return Health(status="ready")
