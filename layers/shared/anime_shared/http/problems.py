"""Errors as answers: every one is ``application/problem+json``."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from anime_shared import trail
from anime_shared.errors import AnimeError, InternalError, StorageUnavailable
from anime_shared.problems import invalid_field, problem_of
from anime_shared.trail import CORRELATION_HEADER

MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 2
_log = logging.getLogger(__name__)


def respond(error: AnimeError, retry_after: int = RETRY_AFTER_SECONDS) -> JSONResponse:
    """The answer to an error, with ``Retry-After`` (seconds) where waiting helps."""
    waits = error.status in (429, 503) and error.retryable
    headers = {"Retry-After": str(retry_after)} if waits else None
    return _answer(problem_of(error), error.status, headers)


def _answer(
    problem: dict[str, Any], status: int, headers: Mapping[str, str] | None
) -> JSONResponse:
    followed = trail.current()
    if followed is not None:
        problem = {**problem, "correlation_id": followed.correlation_id}
        headers = {**(headers or {}), CORRELATION_HEADER: followed.correlation_id}
    return JSONResponse(problem, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error as a problem."""

    @app.exception_handler(AnimeError)
    async def on_typed(_: Request, error: AnimeError) -> JSONResponse:
        if error.status >= 500:
            # What passes by itself needs nobody to look at it.
            level = logging.INFO if error.retryable else logging.ERROR
            _log.log(level, "%s: %s", error.code, error.detail, exc_info=error.__cause__)
        return respond(error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return respond(invalid_field(error.errors()))

    @app.exception_handler(HTTPException)
    async def on_routing(request: Request, error: HTTPException) -> JSONResponse:
        if isinstance(error.__cause__, OSError):
            # The framework puts large bodies aside, and blames the client where it can't.
            unavailable = StorageUnavailable("the disk for temporary files is full or fails")
            unavailable.__cause__ = error.__cause__
            return await on_typed(request, unavailable)
        problem = {
            "type": "about:blank",
            "title": error.detail,
            "status": error.status_code,
            "detail": error.detail,
            "retryable": False,
        }
        return _answer(problem, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def on_defect(_: Request, error: Exception) -> JSONResponse:
        _log.error("unexpected error", exc_info=error)
        return respond(InternalError("an unexpected error; it has been logged"))
