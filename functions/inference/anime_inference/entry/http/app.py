"""The inference function's routes."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from anyio import create_task_group, to_thread
from fastapi import APIRouter, FastAPI, File, Form, Request, Response, UploadFile
from fastapi_offline import FastAPIOffline

from anime_inference.composition import load_models, model_store
from anime_inference.entry.http.accept import wanted_image_format, wants_image
from anime_inference.entry.http.schemas import PROBLEMS, Health, StyleAnswer, TransformAnswer
from anime_inference.entry.http.workers import Workers
from anime_inference.logic.pipeline import Result, transform
from anime_inference.settings import Settings
from anime_shared.errors import AnimeError, NotReady
from anime_shared.http import problems
from anime_shared.http.body_limit import BodyLimit
from anime_shared.options import (
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
from anime_shared.styles import DEFAULT_STYLE, STYLES, find_style

_log = logging.getLogger(__name__)
router = APIRouter()


class Service:
    """What the routes share: settings, loaded models, threads, and whether it is ready."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = model_store(settings)
        self.models = load_models(settings)
        self.workers = Workers(settings.concurrency, settings.max_waiting)
        self.readiness: AnimeError | None = NotReady("the model is being loaded")

    def _load(self) -> None:
        self.models.generators.get(DEFAULT_STYLE)
        if DEFAULT_STYLE.face_style is not None:
            self.models.generators.get(find_style(DEFAULT_STYLE.face_style))
            self.models.detectors.get()

    async def load_default(self) -> None:
        """Load the default style, so that the first photo needn't wait for it."""
        try:
            await to_thread.run_sync(self._load)
        except AnimeError as error:
            _log.exception("the default style can't be loaded")
            self.readiness = NotReady(error.detail)
        else:
            self.readiness = None


def create_app(settings: Settings) -> FastAPI:
    """The application; it answers at once and loads the default model behind that."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.service = Service(settings)
        async with create_task_group() as tasks:
            tasks.start_soon(app.state.service.load_default)
            yield

    # Its /docs comes from here, not from somebody's network: it works without one.
    app = FastAPIOffline(
        title="AnimeGAN Serverless: inference",
        description="A photo goes in, an anime picture comes out.",
        version="1",
        lifespan=lifespan,
    )
    app.add_middleware(BodyLimit, max_bytes=settings.max_upload_bytes)
    problems.install(app)
    app.include_router(router)
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
    image: Annotated[UploadFile, File(description="JPEG, PNG, WebP, AVIF, HEIC or GIF.")],
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
) -> Response:
    """Answers JSON with a data URL, or the picture itself for ``Accept: image/*``."""
    start = time.perf_counter()
    service = _service(request)
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
    )
    data = await image.read()
    result = await service.workers.run(
        transform, data, options, service.settings.limits, service.models
    )
    elapsed = time.perf_counter() - start
    return _picture(result) if wants_image(accept) else _json(result, elapsed)


def _picture(result: Result) -> Response:
    stages = ", ".join(
        f"{stage};dur={seconds * 1000:.1f}" for stage, seconds in result.timings.rounded().items()
    )
    headers = {
        "Server-Timing": stages,
        **_receipt(result),
        "Vary": "Accept",
    }
    return Response(result.data, media_type=result.format.media_type, headers=headers)


def _receipt(result: Result) -> dict[str, str]:
    facts = result.facts()
    treated = sum(face.treated for face in result.faces)
    return {
        "Anime-Style": facts["style"] or "none",
        "Anime-Model": facts["model"] or "none",
        "Anime-Face-Style": facts["face_style"] or "none",
        "Anime-Faces": f"found={len(result.faces)}, treated={treated}",
        "Anime-Size": f"{result.width}x{result.height}",
    }


def _json(result: Result, elapsed: float) -> Response:
    encoded = base64.b64encode(result.data).decode()
    answer = TransformAnswer(
        **result.facts(),
        format=result.format,
        elapsed_time=round(elapsed, 4),
        result_base64=f"data:{result.format.media_type};base64,{encoded}",
    )
    return Response(
        answer.model_dump_json(), media_type="application/json", headers={"Vary": "Accept"}
    )


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
