"""Deliveries of jobs, in the shape that SQS gives them."""

from __future__ import annotations

import logging
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import ValidationError

from anime_inference.logic.work import Work
from anime_shared import deliveries, trail
from anime_shared.errors import AnimeError
from anime_shared.messages import JobMessage

_log = logging.getLogger(__name__)


class Records:
    """Works on the jobs that an SQS event names; safe to call from many threads."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        """The ids of the messages that must come back, as ``batchItemFailures``.

        A message that names no job is one of them: it ends among the dead letters.
        """
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        answer = dict(process_partial_response(event, self._settle, processor))
        deliveries.count(self._work.studio.telemetry.meter, "jobs", event, answer)
        return answer

    def _settle(self, record: SQSRecord) -> None:
        try:
            message = JobMessage.model_validate_json(record.body)
        except ValidationError:
            _log.error("message %s names no job", record.message_id)
            raise
        count = int(record.attributes.approximate_receive_count or 1)
        with trail.following(message.trail):
            self._run(message.job_id, count)

    def _run(self, job_id: str, count: int) -> None:
        with self._work.studio.telemetry.tracer.span("job", job=job_id, delivery=count):
            try:
                self._work.run(job_id, count)
            except AnimeError as error:
                _log.warning("job %s, delivery %d: %s", job_id, count, error.detail)
                raise
            except Exception:
                _log.exception("job %s, delivery %d", job_id, count)
                raise
