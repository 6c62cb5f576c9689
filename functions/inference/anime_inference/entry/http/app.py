"""The inference function's routes."""

from __future__ import annotations

import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from anyio import create_task_group, to_thread
from fastapi import APIRouter, FastAPI, File, Form, Request, Response, UploadFile
from fastapi_offline import FastAPIOffline

from anime_inference.composition import load_models, make_cache, open_copies
from anime_inference.entry.http.accept import wanted_image_format, wants_image
from anime_inference.entry.http.schemas import PROBLEMS, TransformAnswer
from anime_inference.entry.http.service import Service
from anime_inference.logic.cache import PaintedPicture
from anime_inference.settings import Settings
from anime_shared.http import access, measure, problems
from anime_shared.http.body_limit import BodyLimit
from anime_shared.http.correlation import Correlation
from anime_shared.http.schemas import ClientName, Health, StyleAnswer
from anime_shared.options import (
    Animate,
    BackgroundStyleName,
    FacesMode,
    FacesOption,
    FaceStyleName,
    KeepColors,
    MaxFaces,
    MaxSide,
    OutputFormat,
    Quality,
    Strength,
    StyleName,
    TransformOptions,
)
from anime_shared.styles import DEFAULT_STYLE, STYLES
from anime_shared.telemetry import UNWATCHED, Telemetry

router = APIRouter()


def create_app(
    settings: Settings, service: Service | None = None, telemetry: Telemetry = UNWATCHED
) -> FastAPI:
    """The application; it answers at once and loads the default model behind that.

    With a ``service`` of the caller's it starts nothing of its own.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        models = load_models(settings)
        cache = make_cache(settings, models, open_copies(settings))
        app.state.service = Service(settings, models, cache, telemetry)
        async with create_task_group() as tasks:
            tasks.start_soon(to_thread.run_sync, app.state.service.load)
            yield
        await to_thread.run_sync(telemetry.tracer.flush)

    # Its /docs comes from here, not from somebody's network: it works without one.
    app = FastAPIOffline(
        title="AnimeGAN Serverless: inference",
        description="A photo goes in, an anime picture comes out.",
        version="1",
        lifespan=lifespan if service is None else None,
    )
    app.state.service = service
    app.add_middleware(BodyLimit, max_bytes=settings.max_upload_bytes)
    problems.install(app)
    app.include_router(router)
    access.install(app, settings)
    app.add_middleware(measure.Requests, telemetry=telemetry)
    app.add_middleware(Correlation)
    return app


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


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
    image: Annotated[
        UploadFile, File(description="JPEG, PNG, WebP, AVIF, HEIC or GIF; animated, too.")
    ],
    style: Annotated[StyleName, Form()] = DEFAULT_STYLE.id,
    strength: Annotated[Strength, Form()] = 1.0,
    keep_colors: Annotated[KeepColors, Form()] = False,
    format: Annotated[OutputFormat, Form()] = OutputFormat.AUTO,  # noqa: A002 - the field's name
    quality: Annotated[Quality, Form()] = 92,
    max_side: Annotated[MaxSide, Form()] = None,
    faces: Annotated[FacesOption, Form()] = FacesMode.AUTO,
    face_style: Annotated[FaceStyleName, Form()] = None,
    background_style: Annotated[BackgroundStyleName, Form()] = None,
    max_faces: Annotated[MaxFaces, Form()] = 20,
    animate: Annotated[Animate, Form()] = True,
    client: ClientName = None,
) -> Response:
    """Answers JSON with a data URL, or the picture itself for ``Accept: image/*``."""
    start = time.perf_counter()
    accept = request.headers.get("accept", "")
    if format is OutputFormat.AUTO:
        format = wanted_image_format(accept)  # noqa: A001
    options = TransformOptions(
        style=style,
        strength=strength,
        keep_colors=keep_colors,
        format=format,
        quality=quality,
        max_side=max_side,
        faces=faces,
        face_style=face_style,
        background_style=background_style,
        max_faces=max_faces,
        animate=animate,
    )
    data = await image.read()
    picture = await _service(request).paint(data, options, client)
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
