"""``handler``, as AWS Lambda calls it: HTTP from API Gateway, and ended jobs from SQS.

No file name, address or key is logged or traced.
"""

from __future__ import annotations

import gc

# Nearly all that the start makes stays: to look for garbage would only take time.
gc.disable()

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.types import LambdaContext
from starlette.types import Receive, Scope, Send

from anime_shared.adapters.telemetry.emf import EmfMeter
from anime_shared.adapters.telemetry.memory import SystemMemory
from anime_shared.adapters.telemetry.xray import XRayTracer
from anime_shared.http.problems import MEDIA_TYPE
from anime_shared.metrics import MEMORY_BYTES, STARTS
from anime_shared.observability import log_as_json
from anime_shared.telemetry import Telemetry
from anime_web.entry.http.app import create_app
from anime_web.entry.records import Records
from anime_web.settings import read_settings

_SERVICE: Final = "web"
_settings = read_settings()
logger = log_as_json(_settings, _SERVICE)
_meter = EmfMeter(_SERVICE)
_meter.record(STARTS)
_memory = SystemMemory()

_app = create_app(_settings, Telemetry(_meter, XRayTracer(_SERVICE)))
_records = Records(_app.state.service)
gc.freeze()
gc.enable()


async def _below_its_stage(scope: Scope, receive: Receive, send: Send) -> None:
    """The application, at the address where a REST API's stage puts it."""
    event = scope["aws.event"]
    whole = event["requestContext"].get("path", "")
    stage = whole.rpartition(scope["path"])[0]
    # Of a path that begins like its stage, Starlette would take that off before it looks for a
    # route; links are made of the other one.
    alike = f"{scope['path']}/".startswith(f"{stage}/")
    roots = {"root_path": "" if alike else stage, "app_root_path": stage}
    await _app({**scope, **roots}, receive, send)


# Its lifespan would begin and end with each request.
_http = Mangum(
    _below_its_stage, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE]
)


@logger.inject_lambda_context(log_event=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one event: ended jobs with ``batchItemFailures``, anything else as HTTP."""
    try:
        return _traced()(event, context)
    finally:
        _meter.record(MEMORY_BYTES, _memory.now())
        _meter.flush()


@cache
def _traced() -> Callable[[dict[str, Any], LambdaContext], dict[str, Any]]:
    # Tracing brings botocore, as the stores do at the first request: until then, none is needed.
    from aws_lambda_powertools import Tracer  # noqa: PLC0415

    return Tracer(service=_SERVICE).capture_lambda_handler(_answer, capture_response=False)


def _answer(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return _records(event) if _is_sqs(event) else _http(event, context)


def _is_sqs(event: dict[str, Any]) -> bool:
    records = event.get("Records") or [{}]
    return bool(records[0].get("eventSource") == "aws:sqs")
