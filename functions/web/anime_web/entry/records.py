"""Notices of jobs that ended, in the shape that SQS gives them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from anime_shared import deliveries, trail
from anime_shared.errors import AnimeError
from anime_shared.messages import BatchMessage, JobMessage
from anime_web.composition import Service

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

_log = logging.getLogger(__name__)


_NOTICE: TypeAdapter[JobMessage | BatchMessage] = TypeAdapter(JobMessage | BatchMessage)


class Records:
    """Serves the messages of the finished queue; safe to call from many threads."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        """The ids of the messages that must come back, as ``batchItemFailures``."""
        # Answering requests doesn't need it, and it takes its time to import.
        from aws_lambda_powertools.utilities.batch import (  # noqa: PLC0415
            BatchProcessor,
            EventType,
            process_partial_response,
        )

        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        answer = dict(process_partial_response(event, self._serve, processor))
        deliveries.count(self._service.telemetry.meter, "finished", event, answer)
        return answer

    def _serve(self, record: SQSRecord) -> None:
        try:
            notice = _NOTICE.validate_json(record.body)
        except ValidationError:
            _log.error("message %s is no notice", record.message_id)
            raise
        tracer = self._service.telemetry.tracer
        with (
            trail.following(notice.trail),
            tracer.span("notice"),
        ):
            self._finish(record.message_id, notice)

    def _finish(self, message_id: str, notice: JobMessage | BatchMessage) -> None:
        try:
            if isinstance(notice, JobMessage):
                self._service.finish_job(notice.job_id)
            else:
                self._service.finish_batch(notice.batch_id)
            _log.info("message %s is served", message_id)
        except AnimeError as error:
            _log.warning("message %s: %s", message_id, error.detail)
            raise
        except Exception:
            _log.exception("message %s", message_id)
            raise
