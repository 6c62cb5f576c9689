"""The page and its files, where no bucket serves them: ``frontend_site`` on one machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_INDEX: Final = "index.html"
# The rest of the policy stands in the page itself, where it holds on S3, too; this can't.
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Of the files that a page has. Not as the system's table has it: each machine has another one.
CONTENT_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


def install(app: FastAPI, folder: Path) -> None:
    """Let ``app`` answer with a file of the folder where it has no route, ``/`` with the page.

    What is no such file, and every method but GET and HEAD, is answered as before.
    """
    files = _Files(directory=folder)
    nothing = app.router.default

    async def file_or_nothing(scope: Scope, receive: Receive, send: Send) -> None:
        reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        await (files if reads else nothing)(scope, receive, send)

    # A mount would come before the 405 of a path that has a route, but for another method.
    app.router.default = file_or_nothing


class _Files(StaticFiles):
    def get_path(self, scope: Scope) -> str:
        path = super().get_path(scope)
        return _INDEX if path == "." else path

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        # Neither what leads out of the folder nor what an editor or git hides in it.
        if any(part.startswith(".") for part in Path(path).parts):
            return "", None
        return super().lookup_path(path)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_HEADERS)
        if "content-type" in response.headers:
            known = CONTENT_TYPES.get(Path(full_path).suffix, "application/octet-stream")
            response.headers["content-type"] = known
        return response
