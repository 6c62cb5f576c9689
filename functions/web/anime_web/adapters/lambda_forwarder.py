"""Requests to the inference function through AWS Lambda, as API Gateway would make them."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import parse_qs

import boto3
from anyio import to_thread
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ValidationError

from anime_shared.errors import InferenceUnreachable, PictureTooLarge, UploadTooLarge
from anime_web.ports.forwarder import ForwardedAnswer, ForwardedRequest

_CONNECT_SECONDS: Final = 3
# Of one invocation's event, in bytes; its body is in base64, which adds a third.
_LARGEST_EVENT: Final = 6 * 2**20
_LARGEST_BODY: Final = _LARGEST_EVENT // 4 * 3
_ANSWER_TOO_LARGE: Final = "Function.ResponseSizeTooLarge"
_HINT: Final = "send the photo by POST /api/v1/uploads"


class _Answer(BaseModel):
    statusCode: int  # noqa: N815 - as API Gateway reads it
    headers: dict[str, str] = {}
    body: str = ""
    isBase64Encoded: bool = False  # noqa: N815


class _Failure(BaseModel):
    errorType: str = ""  # noqa: N815 - as Lambda writes it


class LambdaForwarder:
    """A ``Forwarder`` that invokes ``function``, a name or an ARN, and waits ``seconds`` for it."""

    def __init__(self, function: str, seconds: float) -> None:
        self._function = function
        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=seconds,
            # Whether it began to paint before the connection broke can't be known.
            retries={"mode": "standard", "total_max_attempts": 1},
        )
        self._client = boto3.client("lambda", config=config)

    async def forward(self, request: ForwardedRequest) -> ForwardedAnswer:
        """The answer to the same request there; both bodies are held here.

        Raises:
            InferenceUnreachable: no answer in time, or none at all.
            UploadTooLarge: the request is larger than an invocation may be.
            PictureTooLarge: the answer is.
        """
        event = _event(request, await _whole(request.body))
        if len(event) > _LARGEST_EVENT:
            raise _too_large()
        answer = await to_thread.run_sync(self._invoke, event)
        body = answer.body.encode()
        if answer.isBase64Encoded:
            body = base64.b64decode(body)
        return ForwardedAnswer(answer.statusCode, answer.headers, _parts(body))

    async def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _invoke(self, event: bytes) -> _Answer:
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=event)
            payload = answer["Payload"].read()
        except (BotoCoreError, ClientError) as error:
            raise _unreachable() from error
        try:
            if answer.get("FunctionError"):
                raise _failure(payload)
            return _Answer.model_validate_json(payload)
        except ValidationError as error:
            raise _unreachable() from error


async def _whole(body: AsyncIterator[bytes]) -> bytes:
    whole = bytearray()
    async for part in body:
        whole += part
        if len(whole) > _LARGEST_BODY:
            raise _too_large()
    return bytes(whole)


async def _parts(body: bytes) -> AsyncIterator[bytes]:
    yield body


def _event(request: ForwardedRequest, body: bytes) -> bytes:
    """As a REST API of API Gateway hands a request on."""
    event = {
        "resource": request.path,
        "path": request.path,
        "httpMethod": "POST",
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "multiValueQueryStringParameters": parse_qs(request.query, keep_blank_values=True),
        "requestContext": {"httpMethod": "POST", "path": request.path},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    return json.dumps(event).encode()


def _failure(payload: bytes) -> PictureTooLarge | InferenceUnreachable:
    if _Failure.model_validate_json(payload).errorType == _ANSWER_TOO_LARGE:
        return PictureTooLarge(f"image: its picture is too large for one answer; {_HINT}")
    return _unreachable()


def _unreachable() -> InferenceUnreachable:
    return InferenceUnreachable("the function that paints doesn't answer; try again in a moment")


def _too_large() -> UploadTooLarge:
    mebibytes = _LARGEST_BODY / 2**20
    return UploadTooLarge(
        f"image: one request holds up to {mebibytes} MiB here; {_HINT}",
        field="image",
        limit=_LARGEST_BODY,
    )
