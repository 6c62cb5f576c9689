"""What the queues carry: ids, and the trail of the wish that they are of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from anime_shared import trail
from anime_shared.trail import Trail


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)

    correlation_id: str | None = None
    traceparent: str | None = None

    @property
    def trail(self) -> Trail:
        """Of what is done for it; a new one if it came without."""
        return Trail.of(self.correlation_id, self.traceparent)


class JobMessage(_Message):
    """A job waits for a worker or, in the finished queue, has ended."""

    job_id: str


class BatchMessage(_Message):
    """A job of a batch was deleted."""

    batch_id: str


def of_job(job_id: str) -> str:
    """A :class:`JobMessage` of the current trail, as a queue holds it."""
    return _body(JobMessage(job_id=job_id, **trail.fields()))


def of_batch(batch_id: str) -> str:
    """A :class:`BatchMessage` of the current trail, as a queue holds it."""
    return _body(BatchMessage(batch_id=batch_id, **trail.fields()))


def _body(message: _Message) -> str:
    return message.model_dump_json(exclude_none=True)
