"""One job, from its delivery to its end.

Deliveries come at least once, and a worker may die at any moment. So a job is claimed before it
is worked on, its picture is stored before it is called done, whoever waits for its end is told
after that, and only then is the delivery settled: from any point the next delivery goes on.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field

from anime_inference.logic.cache import Finished, ResultCache
from anime_inference.logic.generator import Models
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.pipeline import transform
from anime_inference.logic.progress import Progress
from anime_shared.errors import AnimeError, JobHeld, ProcessingFailed, UnknownJob, UploadMissing
from anime_shared.jobs import Job, Result, Stage
from anime_shared.ledger import Ledger
from anime_shared.ports.object_store import ObjectStore
from anime_shared.ports.queue import Queue
from anime_shared.problems import problem_of
from anime_shared.variants import name_variant

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """Works on jobs; safe to call from many threads.

    Attributes:
        uploads: photos.
        results: where the pictures go.
        ledger: what is known of the jobs.
        finished: is told of every job that ended and has a webhook or a batch.
        models: what paints.
        limits: budgets of each photo.
        cache: pictures painted before.
        lease_seconds: how long a job is kept from other workers; less than deliveries stay
            hidden, so that the one after a crash finds the job free.
        max_attempts: deliveries after which a job is given up.
    """

    uploads: ObjectStore
    results: ObjectStore
    ledger: Ledger
    finished: Queue
    models: Models
    limits: PipelineLimits
    cache: ResultCache
    lease_seconds: float
    max_attempts: int
    _held: dict[str, Job] = field(default_factory=dict, init=False)

    def run(self, job_id: str, receive_count: int) -> None:
        """Bring a job to its end; where this returns, its delivery is settled.

        A photo that is at fault ends its job as ``failed``, and that is settled, too. Of a job
        that ended before, only the notice is sent again: the last delivery may have missed that.

        Args:
            job_id: of the job.
            receive_count: how often it was delivered, this time included.

        Raises:
            JobHeld: another worker has it.
            ProcessingFailed: it was delivered too often and is ``failed`` now; the delivery is not
                settled, so that it ends among the dead letters, where the operator finds it.
            Exception: whatever went wrong that may go well the next time; the job is queued again.
        """
        try:
            job = self.ledger.job(job_id)
            if not job.status.ended:
                job = self._end(job_id, receive_count)
        except UnknownJob:
            _log.info("job %s is gone", job_id)
            return
        self._tell(job)

    def release(self) -> None:
        """Give back all jobs in hand, for a process that must end before they do."""
        for job in list(self._held.values()):
            self._release(job)

    def _end(self, job_id: str, receive_count: int) -> Job:
        if receive_count > self.max_attempts:
            error = ProcessingFailed(
                f"the photo was given up after {self.max_attempts} attempts",
                limit=self.max_attempts,
            )
            self._tell(self.ledger.give_up(job_id, problem_of(error)))
            raise error
        job = self.ledger.claim(job_id, self.lease_seconds)
        if job.status.ended:
            return job
        self._held[job_id] = job
        try:
            return self._paint(job)
        except (UnknownJob, JobHeld):
            raise
        except AnimeError as error:
            if not error.retryable:
                return self.ledger.fail(job, problem_of(error))
            self._release(job)
            raise
        except Exception:
            self._release(job)
            raise
        finally:
            self._held.pop(job_id, None)

    def _paint(self, job: Job) -> Job:
        progress = Progress(self.ledger, job)
        photo = self.uploads.get(job.upload_id)
        if photo is None:
            raise UploadMissing("upload_id: its file was never sent, or deleted", field="upload_id")
        picture = self.cache.find(photo, job.options)
        if picture is None:
            painted = transform(photo, job.options, self.limits, self.models, progress)
            progress(Stage.STORE)
            picture = self.cache.keep(photo, job.options, painted)
        self.results.put(job.result_key, picture.data, picture.format.media_type)
        try:
            return self.ledger.succeed(job, _result(picture, job))
        except UnknownJob:
            self.results.delete(job.result_key)
            if picture.cache_key is not None and not picture.cached:
                self.cache.forget(picture.cache_key)
            raise

    def _tell(self, job: Job) -> None:
        if job.webhook_url is not None or job.batch_id is not None:
            self.finished.send([json.dumps({"job_id": job.id})])

    def _release(self, job: Job) -> None:
        try:
            self.ledger.release(job)
        except AnimeError as error:
            _log.warning("job %s couldn't be given back: %s", job.id, error.detail)


def _result(picture: Finished, job: Job) -> Result:
    return Result(
        format=picture.format,
        facts=name_variant(picture.facts, job.variant),
        cached=picture.cached,
        cache_key=picture.cache_key,
    )
