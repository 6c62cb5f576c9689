"""``handler``, as AWS Lambda calls it: HTTP from API Gateway, and jobs from SQS.

Everything is loaded when the module is, once for the life of the process; a model that is missing
or damaged fails the start, by its name. No photo, file name or address is logged or traced.
"""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools import Tracer
from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from mangum.types import LambdaContext

from anime_inference.composition import Service, check_models
from anime_inference.entry.http.app import create_app
from anime_inference.entry.records import Records
from anime_inference.settings import read_settings
from anime_shared.adapters.telemetry.emf import EmfMeter
from anime_shared.adapters.telemetry.memory import SystemMemory
from anime_shared.adapters.telemetry.xray import XRayTracer
from anime_shared.http import problems
from anime_shared.metrics import MEMORY_BYTES, STARTS
from anime_shared.observability import log_as_json
from anime_shared.telemetry import Telemetry

_SERVICE: Final = "inference"
_settings = read_settings()
logger = log_as_json(_settings, _SERVICE)
tracer = Tracer(service=_SERVICE)
_meter = EmfMeter(_SERVICE)
_meter.record(STARTS)
_memory = SystemMemory()

check_models(_settings)
_app = create_app(_settings, Telemetry(_meter, XRayTracer(_SERVICE)))
_service: Service = _app.state.service
_service.load()
_records = Records(_service.work)
# Its lifespan would begin and end with each request.
_http = Mangum(
    _app, lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, problems.MEDIA_TYPE]
)


@logger.inject_lambda_context(log_event=False)
@tracer.capture_lambda_handler(capture_response=False)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one event: jobs with their ``batchItemFailures``, anything else as HTTP."""
    try:
        return _records(event) if _is_sqs(event) else _http(event, context)
    finally:
        _meter.record(MEMORY_BYTES, _memory.now())
        _meter.flush()


def _is_sqs(event: dict[str, Any]) -> bool:
    records = event.get("Records") or [{}]
    return bool(records[0].get("eventSource") == "aws:sqs")
