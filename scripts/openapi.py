"""``python -m scripts.openapi``: writes the API of both functions from their code."""

from __future__ import annotations

import json
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from anime_inference.entry.http.app import create_app as create_inference_app
from anime_inference.settings import Settings as InferenceSettings
from anime_shared.errors import InferenceUnreachable, TooManyRequests, Unauthorized
from anime_shared.http.access import API_KEY_HEADER
from anime_shared.http.problems import MEDIA_TYPE
from anime_shared.http.schemas import Problem, answers_to
from anime_web.entry.http.app import OPENAPI_FILE
from anime_web.entry.http.app import create_app as create_web_app
from anime_web.settings import Settings as WebSettings

_TRANSFORM: Final = "/api/v1/transform"
_OF_INFERENCE: Final = (_TRANSFORM, "/readyz")
_DESCRIPTION: Final = """\
A photo goes in, an anime picture comes out.

At once: send the photo to `POST /api/v1/transform`.

In the background: announce it (`POST /api/v1/uploads`), send it to the `url` of the answer, ask
for a job (`POST /api/v1/jobs`), and follow its `Location` until it has ended. A batch does so with
up to 100 photos.

Every error is a problem (RFC 9457); its `type` is `urn:anime:problem:` and one of the codes that
are listed with its status. Not listed are `internal-error` (500) and `request-too-slow` (408),
which any request may get; `bad-signature` (403), of a link to `/storage` that is old or changed;
`processing-failed`, a job's alone; and the type `about:blank`, where there is no such route,
method or file. What is `retryable` may go well later; `Retry-After` says when.
"""
_TAGS: Final = {
    "transform": "A photo at once.",
    "uploads": "Announcing a photo.",
    "jobs": "A photo in the background.",
    "batches": "Many photos in the background.",
    "service": "What is there, and whether it works.",
}
_HEADERS: Final = {
    "Location": "Where to ask how far it is.",
    "Retry-After": "Seconds to wait before asking again.",
}


def document() -> dict[str, Any]:
    """The OpenAPI document of both functions, as clients see them at one address."""
    web, inference = (
        _generated(app)
        for app in (create_web_app(WebSettings()), create_inference_app(InferenceSettings()))
    )
    paths, schemas = web["paths"], web["components"]["schemas"]
    schemas.update(inference["components"]["schemas"])
    for path in _OF_INFERENCE:
        paths[path] = inference["paths"][path]
    operation = paths[_TRANSFORM]["post"]
    operation["tags"] = ["transform"]
    for status, refusal in _refusals().items():
        known = operation["responses"].setdefault(status, {"content": {MEDIA_TYPE: {}}})
        known["description"] = f"{known.get('description', '')} {refusal}".strip()
    paths["/readyz"]["get"]["tags"] = ["service"]
    paths["/upload"] = {
        "post": {
            **operation,
            "summary": "Turn a photo into an anime picture, as older clients ask",
            "operationId": "post_transform_as_before",
        }
    }
    for methods in paths.values():
        for one in methods.values():
            _describe(one)
    # As seen from where the document lies, so that it holds below a stage's path, too.
    web["servers"] = [{"url": "../.."}]
    web["tags"] = [{"name": name, "description": text} for name, text in _TAGS.items()]
    web["components"]["schemas"] = dict(sorted(schemas.items()))
    web["components"]["securitySchemes"] = {
        "ApiKey": {
            "type": "apiKey",
            "in": "header",
            "name": API_KEY_HEADER,
            "description": "If the operator asks for one.",
        }
    }
    web["security"] = [{}, {"ApiKey": []}]
    return web


def text() -> str:
    """The document as it is committed."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _generated(app: FastAPI) -> dict[str, Any]:
    return get_openapi(
        title="AnimeGAN Serverless", version="1", description=_DESCRIPTION, routes=app.routes
    )


def _refusals() -> dict[str, str]:
    """What the web function answers in the other's place, beside its own answers."""
    refusals = answers_to(Unauthorized, TooManyRequests, InferenceUnreachable)
    return {str(status): refusal["description"] for status, refusal in refusals.items()}


def _describe(operation: dict[str, Any]) -> None:
    operation["operationId"] = operation["operationId"].partition("_api_")[0]
    responses = operation["responses"]
    for status, response in responses.items():
        content = response.get("content", {})
        if MEDIA_TYPE in content:
            schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
            response["content"] = {MEDIA_TYPE: {"schema": schema}}
        names = {"202": ("Location", "Retry-After"), "429": ("Retry-After",)}
        told = names.get(status, ("Retry-After",) if status == "503" else ())
        if told:
            response["headers"] = {
                name: {"schema": {"type": "string"}, "description": _HEADERS[name]} for name in told
            }
    operation["responses"] = dict(sorted(responses.items()))


if __name__ == "__main__":
    OPENAPI_FILE.write_text(text())
