"""The ledger on every ``JobStore``: who may do what with a job, and when."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from anime_shared.errors import IdempotencyKeyReused, JobHeld, StorageUnavailable, UnknownJob
from anime_shared.jobs import Batch, Job, JobStatus, Result, Stage, Upload, new_id
from anime_shared.ledger import Ledger
from anime_shared.options import OutputFormat, TransformOptions
from anime_shared.ports.job_store import JobStore, Record

LEASE = 15.0
RETENTION = 3600.0
RESULT = Result(format=OutputFormat.PNG, facts={"width": 64}, cached=False)
PROBLEM = {"type": "urn:anime:problem:broken-picture", "status": 422}


@dataclass
class Clock:
    seconds: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(job_store: JobStore, clock: Clock) -> Ledger:
    return Ledger(job_store, clock)


@pytest.fixture
def job(ledger: Ledger) -> Job:
    job = Job(
        id=new_id(),
        upload_id=new_id(),
        file_name="photo.jpg",
        options=TransformOptions(),
        created_at=ledger.now(),
        expires_at=ledger.now() + RETENTION,
    )
    ledger.add_job(job)
    return job


def test_uploads_and_batches_are_remembered_until_they_are_forgotten(ledger: Ledger) -> None:
    now = ledger.now()
    upload = Upload(
        id="u", file_name="a.png", size=3, content_type="image/png", created_at=now, expires_at=now
    )
    batch = Batch(id="b", job_ids=("1", "2"), created_at=now, expires_at=now)
    ledger.add_upload(upload)
    ledger.add_batch(batch)
    assert (ledger.upload("u"), ledger.batch("b")) == (upload, batch)
    assert (ledger.upload("b"), ledger.batch("u")) == (None, None)
    ledger.forget_upload("u")
    ledger.forget_batch("b")
    assert (ledger.upload("u"), ledger.batch("b")) == (None, None)


def test_jobs_come_in_the_order_asked_for(ledger: Ledger, job: Job) -> None:
    other = job.model_copy(update={"id": "other"})
    ledger.add_job(other)
    assert ledger.jobs(["other", "none", job.id]) == [other, job]


def test_a_claimed_job_is_held_by_its_worker(ledger: Ledger, job: Job, clock: Clock) -> None:
    held = ledger.claim(job.id, LEASE)
    assert (held.status, held.attempts) == (JobStatus.RUNNING, 1)
    assert held.lease_until == clock.seconds + LEASE
    assert ledger.job(job.id) == held
    with pytest.raises(JobHeld):
        ledger.claim(job.id, LEASE)


def test_progress_is_told_and_renews_the_lease(ledger: Ledger, job: Job, clock: Clock) -> None:
    held = ledger.claim(job.id, LEASE)
    clock.seconds += LEASE - 1
    ledger.progress(held, Stage.DETECT, LEASE)
    clock.seconds += LEASE - 1
    ledger.progress(held, None, LEASE)
    told = ledger.job(job.id)
    assert (told.stage, told.percent) == (Stage.DETECT, 60)
    with pytest.raises(JobHeld):
        ledger.claim(job.id, LEASE)


def test_a_job_is_claimed_again_when_the_lease_is_over(
    ledger: Ledger, job: Job, clock: Clock
) -> None:
    slow = ledger.claim(job.id, LEASE)
    clock.seconds += LEASE
    quick = ledger.claim(job.id, LEASE)
    assert quick.attempts == 2
    for late in (
        lambda: ledger.progress(slow, Stage.PASTE, LEASE),
        lambda: ledger.release(slow),
        lambda: ledger.succeed(slow, RESULT),
        lambda: ledger.fail(slow, PROBLEM),
    ):
        with pytest.raises(JobHeld):
            late()
    assert ledger.job(job.id) == quick


def test_a_released_job_can_be_claimed_at_once(ledger: Ledger, job: Job) -> None:
    held = ledger.claim(job.id, LEASE)
    ledger.progress(held, Stage.DETECT, LEASE)
    ledger.release(held)
    released = ledger.job(job.id)
    assert (released.status, released.stage, released.percent) == (JobStatus.QUEUED, None, 0)
    assert (released.claim, released.lease_until) == (None, 0)
    assert ledger.claim(job.id, LEASE).attempts == 2


def test_a_job_that_succeeded_stays_so(ledger: Ledger, job: Job) -> None:
    held = ledger.claim(job.id, LEASE)
    done = ledger.succeed(held, RESULT)
    assert (done.status, done.percent, done.result) == (JobStatus.SUCCEEDED, 100, RESULT)
    assert (done.stage, done.claim, done.lease_until) == (None, None, 0)
    assert done.finished_at == ledger.now()
    assert ledger.claim(job.id, LEASE) == ledger.give_up(job.id, PROBLEM) == done
    with pytest.raises(JobHeld):
        ledger.fail(held, PROBLEM)


def test_a_failed_job_tells_its_problem(ledger: Ledger, job: Job) -> None:
    ledger.fail(ledger.claim(job.id, LEASE), PROBLEM)
    failed = ledger.job(job.id)
    assert (failed.status, failed.problem) == (JobStatus.FAILED, PROBLEM)
    assert failed.finished_at == ledger.now()


def test_a_job_is_given_up_when_nobody_holds_it(ledger: Ledger, job: Job, clock: Clock) -> None:
    ledger.claim(job.id, LEASE)
    with pytest.raises(JobHeld):
        ledger.give_up(job.id, PROBLEM)
    clock.seconds += LEASE
    given_up = ledger.give_up(job.id, PROBLEM)
    assert (given_up.status, given_up.problem) == (JobStatus.FAILED, PROBLEM)
    assert given_up.finished_at == clock.seconds
    assert ledger.job(job.id) == given_up


def test_a_job_that_is_deleted_meanwhile_is_unknown_to_its_worker(ledger: Ledger, job: Job) -> None:
    held = ledger.claim(job.id, LEASE)
    ledger.forget_job(job.id)
    for late in (
        lambda: ledger.progress(held, Stage.PASTE, LEASE),
        lambda: ledger.succeed(held, RESULT),
        lambda: ledger.claim(job.id, LEASE),
        lambda: ledger.give_up(job.id, PROBLEM),
        lambda: ledger.job(job.id),
    ):
        with pytest.raises(UnknownJob):
            late()


def test_a_job_that_leaves_its_zip_goes_on(ledger: Ledger, job: Job) -> None:
    held = ledger.claim(job.id, LEASE)
    ledger.leave_zip(job.id)
    assert ledger.job(job.id) == held.model_copy(update={"left_zip": True})
    done = ledger.succeed(held, RESULT)
    assert (done.status, done.left_zip) == (JobStatus.SUCCEEDED, True)
    ledger.forget_job(job.id)
    with pytest.raises(UnknownJob):
        ledger.leave_zip(job.id)


def test_what_a_newer_version_added_is_read_and_written_back(
    ledger: Ledger, job_store: JobStore, job: Job
) -> None:
    record = job_store.get(f"job#{job.id}")
    assert record is not None
    newer = json.loads(record.body)
    newer["colour"] = "blue"
    newer["options"]["grain"] = {"size": 3}
    assert job_store.replace(record, json.dumps(newer))
    ledger.release(ledger.claim(job.id, LEASE))
    record = job_store.get(f"job#{job.id}")
    assert record is not None
    newer["attempts"], newer["started_at"] = 1, ledger.now()
    assert json.loads(record.body) == newer


def test_a_job_whose_time_is_over_is_not_claimed(ledger: Ledger, job: Job, clock: Clock) -> None:
    clock.seconds += RETENTION
    with pytest.raises(UnknownJob):
        ledger.claim(job.id, LEASE)
    assert ledger.job(job.id).status_at(clock.seconds) is JobStatus.EXPIRED


def test_the_same_idempotency_key_makes_the_same_thing(ledger: Ledger, clock: Clock) -> None:
    assert ledger.remember("key", "request", "first", clock.seconds + RETENTION) == "first"
    assert ledger.remember("key", "request", "second", clock.seconds + RETENTION) == "first"
    with pytest.raises(IdempotencyKeyReused) as raised:
        ledger.remember("key", "other request", "third", clock.seconds + RETENTION)
    assert raised.value.field == "Idempotency-Key"


def test_a_lease_from_before_the_clock_was_set_back_is_void(
    ledger: Ledger, job: Job, clock: Clock
) -> None:
    first = ledger.claim(job.id, LEASE)
    clock.seconds -= 3600
    second = ledger.claim(job.id, LEASE)
    assert (second.attempts, second.lease_until) == (2, clock.seconds + LEASE)
    with pytest.raises(JobHeld):
        ledger.succeed(first, RESULT)
    with pytest.raises(JobHeld):
        ledger.claim(job.id, LEASE)
    clock.seconds -= 3600
    assert ledger.give_up(job.id, PROBLEM).status is JobStatus.FAILED


def test_a_key_whose_record_vanished_meanwhile_makes_the_new_thing(
    job_store: JobStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_store, "create", lambda *_: True)
    ledger = Ledger(job_store, clock)
    assert ledger.remember("key", "request", "first", clock.seconds + RETENTION) == "first"


def test_a_change_that_others_were_quicker_than_is_made_again(
    job_store: JobStore, clock: Clock, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers claim at once: the slower one sees what the other made of the job."""
    ledger, replace = Ledger(job_store, clock), job_store.replace

    def beaten(record: Record, body: str) -> bool:
        monkeypatch.setattr(job_store, "replace", replace)
        ledger.claim(job.id, LEASE)
        return replace(record, body)

    monkeypatch.setattr(job_store, "replace", beaten)
    with pytest.raises(JobHeld):
        ledger.claim(job.id, LEASE)
    assert ledger.job(job.id).attempts == 1


def test_a_store_is_asked_whether_it_answers(
    job_store: JobStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger(job_store, clock).check()

    def away(_: str) -> None:
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(job_store, "get", away)
    with pytest.raises(StorageUnavailable):
        Ledger(job_store, clock).check()
