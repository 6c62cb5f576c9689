"""``/api/v1/styles`` and ``/healthz``."""

from __future__ import annotations

from fastapi import APIRouter

from anime_shared.errors import Unauthorized
from anime_shared.http.schemas import Health, StyleAnswer, answers_to
from anime_shared.styles import STYLES
from anime_web.entry.http.dependencies import ServiceOf

router = APIRouter(tags=["service"])


@router.get(
    "/api/v1/styles",
    summary="The styles, and which can be used here",
    responses=answers_to(Unauthorized),
)
def get_styles(service: ServiceOf) -> list[StyleAnswer]:
    """Every style of the registry, the default first."""
    return [StyleAnswer.of(style, installed=service.is_installed(style)) for style in STYLES]


@router.get("/healthz", summary="Alive")
async def get_health() -> Health:
    """Answers while photos are being worked on, too."""
    return Health(status="ok")
