"""One job, from its delivery to its end.

Deliveries come at least once, and a worker may die at any moment. So a job is claimed before it
is worked on, its picture is stored before it is called done, whoever waits for its end is told
after that, and only then is the delivery settled: from any point the next delivery goes on.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import NoReturn

from anime_inference.logic.painting import PaintedPicture
from anime_inference.logic.patience import Patience
from anime_inference.logic.progress import Progress
from anime_inference.logic.studio import Studio
from anime_shared import messages, metrics
from anime_shared.errors import AnimeError, JobHeld, ProcessingFailed, UnknownJob, UploadMissing
from anime_shared.jobs import Job, Result
from anime_shared.ledger import Ledger
from anime_shared.ports.meter import Meter
from anime_shared.ports.object_store import ObjectStore
from anime_shared.ports.queue import Queue
from anime_shared.problems import problem_of
from anime_shared.treatment import main_style
from anime_shared.variants import labels_of

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """Works on jobs; safe to call from many threads.

    Attributes:
        uploads: photos.
        results: where the pictures go.
        ledger: what is known of the jobs.
        finished: is told of every job that ended and has a webhook or a batch.
        studio: paints, and is where all of it is told.
        lease_seconds: how long a job is kept from other workers; less than deliveries stay
            hidden, so that the one after a crash finds the job free.
        max_attempts: deliveries after which a job is given up.
        patience: with stores that fail. Without it, one that fails while the queue delivers would
            end all jobs in seconds, each by its last attempt.
    """

    uploads: ObjectStore
    results: ObjectStore
    ledger: Ledger
    finished: Queue
    studio: Studio
    lease_seconds: float
    max_attempts: int
    patience: Patience
    _held: dict[str, Job] = field(default_factory=dict, init=False)

    def run(self, job_id: str, delivery_count: int) -> None:
        """Bring a job to its end; where this returns, its delivery is settled.

        A photo that is at fault ends its job as ``failed``, and that is settled, too. Of a job
        that ended before, only the notice is sent again: the last delivery may have missed that.

        Args:
            job_id: of the job.
            delivery_count: how often it was delivered, this time included.

        Raises:
            JobHeld: another worker has it.
            ProcessingFailed: it was delivered too often and is ``failed`` now; the delivery is not
                settled, so that it ends among the dead letters, where the operator finds it.
            Exception: whatever went wrong that may go well the next time; the job is queued again.
        """
        try:
            job = self.patience(lambda: self.ledger.job(job_id))
            if not job.status.ended:
                job = self._end(job_id, delivery_count)
        except UnknownJob:
            _log.info("job %s is gone", job_id)
            return
        self._tell(job)

    def release(self) -> None:
        """Give back all jobs in hand, for a process that must end before they do."""
        for job in list(self._held.values()):
            self._release(job)

    def _end(self, job_id: str, delivery_count: int) -> Job:
        if delivery_count > self.max_attempts:
            self._give_up(job_id)
        job = self.patience(lambda: self.ledger.claim(job_id, self.lease_seconds))
        if job.status.ended:
            return job
        self._held[job_id] = job
        if job.attempts == 1 and job.started_at is not None:
            waited = max(0.0, job.started_at - job.created_at)
            self._meter.record(metrics.JOB_WAIT_SECONDS, waited)
        try:
            return self._paint(job)
        except (UnknownJob, JobHeld):
            raise
        except AnimeError as error:
            if not error.retryable:
                problem = problem_of(error)
                failed = self.patience(lambda: self.ledger.fail(job, problem))
                self._count(failed, "failed", error.code)
                return failed
            self._release(job)
            raise
        except Exception:
            self._release(job)
            raise
        finally:
            self._held.pop(job_id, None)

    def _give_up(self, job_id: str) -> NoReturn:
        error = ProcessingFailed(
            f"the photo was given up after {self.max_attempts} attempts", limit=self.max_attempts
        )
        given_up = self.patience(lambda: self.ledger.give_up(job_id, problem_of(error)))
        self._count(given_up, "given_up", error.code)
        self._tell(given_up)
        raise error

    def _paint(self, job: Job) -> Job:
        progress = Progress(self.ledger, job)
        photo = self.patience(lambda: self.uploads.get(job.upload_key))
        if photo is None:
            raise UploadMissing("upload_id: its file was never sent, or deleted", field="upload_id")
        picture = self.studio.find(photo, job.options, job.variant)
        if picture is None:
            picture = self.studio.paint(photo, job.options, job.variant, progress)
        return self._store(job, picture)

    def _store(self, job: Job, picture: PaintedPicture) -> Job:
        data, media_type = picture.data, picture.format.media_type
        self.patience(lambda: self.results.put(job.result_key, data, media_type))
        result = Result(
            format=picture.format,
            facts=picture.facts,
            cached=picture.cached,
            cache_key=picture.cache_key,
        )
        try:
            done = self.patience(lambda: self.ledger.succeed(job, result))
        except UnknownJob:
            self.results.delete(job.result_key)
            self.studio.forget(picture)
            raise
        self._count(done, "cached" if picture.cached else "succeeded")
        return done

    @property
    def _meter(self) -> Meter:
        return self.studio.telemetry.meter

    def _count(self, job: Job, outcome: str, problem: str = metrics.NONE) -> None:
        by = labels_of(main_style(job.options), job.variant)
        self._meter.record(metrics.JOBS, outcome=outcome, problem=problem, **by)
        _log.info(
            "job %s: %s%s", job.id, outcome, "" if problem == metrics.NONE else f", {problem}"
        )

    def _tell(self, job: Job) -> None:
        if job.webhook_url is not None or job.batch_id is not None:
            notice = messages.of_job(job.id)
            self.patience(lambda: self.finished.send([notice]))

    def _release(self, job: Job) -> None:
        try:
            self.ledger.release(job)
        except AnimeError as error:
            _log.warning("job %s couldn't be given back: %s", job.id, error.detail)
