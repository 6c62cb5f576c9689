"""What is fuzzed, and what must hold of every input: a picture, or an error that is told."""

from __future__ import annotations

import asyncio
import json
import resource
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from anime_inference.entry.http.app import create_app as create_inference_app
from anime_inference.logic import decode as decoding
from anime_inference.logic.clip.frames import open_clip, read_frames
from anime_inference.logic.limits import ClipLimits, DecodeLimits
from anime_inference.settings import Settings as InferenceSettings
from anime_shared.errors import AnimeError
from anime_web.entry.http.app import create_app as create_web_app
from anime_web.settings import Settings as WebSettings
from tests.fuzz.seeds import with_right_checksums

_LIMITS: Final = DecodeLimits(2**20, 100_000)
_CLIP_LIMITS: Final = ClipLimits(20, 1_000_000, 600)
# Far more than pictures and clips of these sizes need.
_MEMORY: Final = 200 * 2**20
_PAGE: Final = Path(__file__).parents[2] / "frontend_site"
_HEADER_BYTES: Final = bytes({*range(0x20, 0x7F), *range(0x80, 0x100)})


def decode(data: bytes) -> None:
    """A picture or clip within its budgets, or a typed error."""
    data = with_right_checksums(data)
    before = _peak()
    try:
        header = open_clip(data, _LIMITS, _CLIP_LIMITS)
        if header is None:
            pictures = [decoding.decode(data, _LIMITS)]
        else:
            pictures = [frame.picture for frame in read_frames(data, header)]
    except AnimeError:
        pictures = []
    assert _peak() - before < _MEMORY, "it took too much memory"
    for picture in pictures:
        assert picture.rgb.dtype == "uint8"
        assert 0 < picture.width * picture.height <= _LIMITS.max_pixels


def _peak() -> int:
    """The most memory that this process ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def multipart(data: bytes) -> None:
    """The inference function's answer to a form: a picture, or a problem."""
    kind, _, body = data.partition(b"\n")
    _check(_inference(), "POST", "/api/v1/transform", {b"content-type": kind}, body)


def json_(data: bytes) -> None:
    """The web function's answer to any request: a success, or a problem."""
    line, _, rest = data.partition(b"\n")
    key, _, body = rest.partition(b"\n")
    method, _, target = line.decode("latin-1").partition(" ")
    if target.startswith(("/upload", "/api/v1/transform")):
        # They need the other function; `multipart` asks it without this one.
        return
    headers = {b"content-type": b"application/json", b"idempotency-key": key}
    if not key:
        del headers[b"idempotency-key"]
    _check(_web(), method.upper() or "GET", target, headers, body)


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = {
    "decode": decode,
    "multipart": multipart,
    "json": json_,
}


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


@cache
def _data() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


@cache
def _inference() -> FastAPI:
    settings = InferenceSettings(
        data_dir=_data(), max_pixels=10_000, max_frames=4, max_upload_bytes=2**20
    )
    return create_inference_app(settings)


@cache
def _web() -> FastAPI:
    return create_web_app(
        WebSettings(
            data_dir=_data(),
            rate_limit="",
            site_dir=_PAGE,
            webhook_allow=("https://hooks.example/a",),
        )
    )


def _check(
    app: FastAPI, method: str, target: str, headers: dict[bytes, bytes], body: bytes
) -> None:
    path, _, query = target.partition("?")
    # As an HTTP server would have it: no such bytes come through in a header.
    clean = [(name, value.translate(None, _CONTROL)) for name, value in headers.items()]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("latin-1", "replace"),
        "root_path": "",
        "query_string": query.encode("latin-1", "replace"),
        "headers": [(b"host", b"x"), *clean],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    status, kind, answer = _loop().run_until_complete(_ask(app, scope, body))
    assert status < 500, answer[:300]
    if status >= 400:
        assert kind == b"application/problem+json", (status, kind, answer[:300])
        assert json.loads(answer)["status"] == status


_CONTROL: Final = bytes(code for code in range(256) if code not in _HEADER_BYTES)


async def _ask(app: FastAPI, scope: dict[str, Any], body: bytes) -> tuple[int, bytes, bytes]:
    sent: list[Any] = []
    parts = [body[: len(body) // 2], body[len(body) // 2 :], b""]

    async def receive() -> dict[str, Any]:
        if not parts:
            # The client waits for its answer.
            await asyncio.Event().wait()
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await app(scope, receive, send)
    except Exception:  # noqa: BLE001 - whatever it is
        # Starlette lets the server see a defect that has been answered.
        assert sent, "no answer"
        assert sent[0]["status"] >= 500
    start, *rest = sent
    kind = dict(start["headers"]).get(b"content-type", b"")
    return start["status"], kind, b"".join(message.get("body", b"") for message in rest)
