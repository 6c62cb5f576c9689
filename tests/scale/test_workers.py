"""Several workers on one queue: they share the work, and whatever dies, no job is lost."""

from __future__ import annotations

import signal

from anime_shared.jobs import JobStatus
from tests.scale.conftest import House


def test_workers_share_the_work(house: House) -> None:
    for _ in range(3):
        house.start_worker()
    jobs = house.add_jobs(12)
    # A worker has one job at a time.
    house.until(lambda: house.statuses(jobs).count(JobStatus.RUNNING) == 3)
    house.wait_for_all(jobs)


def test_a_killed_worker_loses_nothing(house: House) -> None:
    victim = house.start_worker()
    jobs = house.add_jobs(12)
    house.until(lambda: JobStatus.RUNNING in house.statuses(jobs))
    victim.send_signal(signal.SIGKILL)
    victim.wait(10)
    (held,) = [
        job.id
        for job in house.platform.ledger.jobs([job.id for job in jobs])
        if job.status is JobStatus.RUNNING
    ]
    for _ in range(2):
        house.start_worker()
    house.wait_for_all(jobs)
    assert house.platform.ledger.job(held).attempts == 2


def test_a_killed_broker_loses_nothing(house: House) -> None:
    for _ in range(2):
        house.start_worker()
    jobs = house.add_jobs(12)
    house.until(lambda: JobStatus.SUCCEEDED in house.statuses(jobs))
    house.broker.kill()
    house.broker.start()
    assert JobStatus.QUEUED in house.statuses(jobs), "it was too late for the middle"
    house.wait_for_all(jobs)


def test_a_killed_store_loses_nothing(house: House) -> None:
    for _ in range(2):
        house.start_worker()
    jobs = house.add_jobs(12)
    house.until(lambda: JobStatus.SUCCEEDED in house.statuses(jobs))
    house.store.kill()
    # Long enough for a job to use up all of its deliveries, if each were tried.
    house.until(lambda: house.log.read_text().count("no messages of jobs now") >= 20)
    house.store.start()
    assert JobStatus.QUEUED in house.statuses(jobs), "it was too late for the middle"
    house.wait_for_all(jobs)
