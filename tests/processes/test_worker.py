"""The worker: jobs from the queue to their end, and what becomes of them when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from anime_inference.entry.records import Records
from anime_inference.logic.generator import Models
from anime_inference.settings import Settings
from anime_shared.composition import open_platform
from anime_shared.jobs import Job, JobStatus
from anime_shared.platform import Platform
from anime_shared.poller import Poller
from tests.pictures import file_of, gradient
from tests.work import PHOTO, add_job, dead_letters, notices, open_work

VISIBILITY = 1.0
# Seconds; a worker stands back from whatever else the machine does.
PATIENCE = 120
# Seconds of work, so that there is a middle.
BIG = file_of(gradient(2400, 2400), "JPEG")


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return open_platform(Settings(data_dir=tmp_path, visibility_timeout=VISIBILITY))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def statuses(platform: Platform, jobs: Sequence[Job]) -> list[JobStatus]:
    return [job.status for job in platform.ledger.jobs([job.id for job in jobs])]


def all_done(platform: Platform, jobs: Sequence[Job]) -> Callable[[], bool]:
    return lambda: set(statuses(platform, jobs)) == {JobStatus.SUCCEEDED}


def runs(platform: Platform, job: Job) -> Callable[[], bool]:
    return lambda: platform.ledger.job(job.id).stage is not None


@contextmanager
def polling(folder: Path, platform: Platform, models: Models) -> Iterator[None]:
    """A worker's threads in this process."""
    work = open_work(folder, platform, models, visibility_timeout=VISIBILITY)
    stop = threading.Event()
    poller = Poller(platform.jobs, Records(work), VISIBILITY, "jobs")
    runner = threading.Thread(target=poller.run, args=(stop,))
    runner.start()
    try:
        yield
    finally:
        stop.set()
        runner.join(PATIENCE)


@contextmanager
def worker(folder: Path, **settings: object) -> Iterator[subprocess.Popen[bytes]]:
    """A worker as a process of its own."""
    chosen = {"data_dir": folder, "visibility_timeout": VISIBILITY, **settings}
    environment = os.environ | {f"ANIME_{name.upper()}": str(v) for name, v in chosen.items()}
    command = [sys.executable, "-m", "anime_inference.entry.worker"]
    with (folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stderr=log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)


def test_a_poisoned_photo_fails_and_does_not_come_back(
    tmp_path: Path, platform: Platform, models: Models
) -> None:
    poisoned, good = add_job(platform, PHOTO[:90]), add_job(platform)
    with polling(tmp_path, platform, models):
        until(lambda: platform.jobs.depth() == 0)
    assert statuses(platform, [poisoned, good]) == [JobStatus.FAILED, JobStatus.SUCCEEDED]
    assert platform.ledger.job(poisoned.id).attempts == 1
    assert dead_letters(tmp_path) == 0


def test_a_job_whose_workers_all_died_fails_and_is_a_dead_letter(
    tmp_path: Path, platform: Platform, models: Models
) -> None:
    job = add_job(platform, webhook=True)
    for _ in range(Settings().max_attempts):
        message = platform.jobs.receive(1)
        assert message is not None
        platform.ledger.claim(job.id, lease_seconds=0)
        platform.jobs.hide(message, 0)
    with polling(tmp_path, platform, models):
        until(lambda: dead_letters(tmp_path) == 1)
    failed = platform.ledger.job(job.id)
    assert failed.status is JobStatus.FAILED
    assert failed.problem is not None
    assert failed.problem["type"] == "urn:anime:problem:processing-failed"
    assert platform.jobs.depth() == 0
    assert notices(platform) == [job.id]


@pytest.mark.parametrize("body", ["no JSON", "[]", '{"job": "x"}', '{"job_id": 5}'])
def test_a_message_that_names_no_job_is_a_dead_letter(
    tmp_path: Path, platform: Platform, models: Models, body: str
) -> None:
    platform.jobs.send([body])
    for _ in range(Settings().max_attempts):
        message = platform.jobs.receive(1)
        assert message is not None
        platform.jobs.hide(message, 0)
    with polling(tmp_path, platform, models):
        until(lambda: dead_letters(tmp_path) == 1)
    assert platform.jobs.depth() == 0


def test_a_worker_does_all_jobs_and_stops_when_told(tmp_path: Path, platform: Platform) -> None:
    jobs = [add_job(platform, strength=strength) for strength in (1, 0.5, 0.2)]
    with worker(tmp_path, worker_nice=7) as process:
        until(all_done(platform, jobs))
        mine = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == min(mine + 7, 19)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert platform.jobs.depth() == 0
    log = (tmp_path / "worker.log").read_text()
    assert "waiting for jobs" in log
    assert "holiday" not in log


def test_jobs_survive_a_worker_killed_in_the_middle(tmp_path: Path, platform: Platform) -> None:
    jobs = [add_job(platform, BIG), add_job(platform), add_job(platform, strength=0.5)]
    with worker(tmp_path) as process:
        until(runs(platform, jobs[0]))
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    assert statuses(platform, jobs).count(JobStatus.SUCCEEDED) < len(jobs)
    with worker(tmp_path):
        until(all_done(platform, jobs))
        until(lambda: platform.jobs.depth() == 0)
    assert [platform.ledger.job(job.id).attempts for job in jobs] == [2, 1, 1]
    assert dead_letters(tmp_path) == 0


def test_told_to_stop_a_worker_finishes_the_job_in_hand(tmp_path: Path, platform: Platform) -> None:
    jobs = [add_job(platform, BIG), add_job(platform)]
    with worker(tmp_path, stop_grace=PATIENCE) as process:
        until(runs(platform, jobs[0]))
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert statuses(platform, jobs) == [JobStatus.SUCCEEDED, JobStatus.QUEUED]
    assert platform.jobs.depth() == 1


def test_without_time_to_finish_a_worker_gives_the_job_back(
    tmp_path: Path, platform: Platform
) -> None:
    job = add_job(platform, BIG)
    with worker(tmp_path, stop_grace=0, visibility_timeout=3600) as process:
        until(runs(platform, job))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    assert platform.ledger.job(job.id).status is JobStatus.QUEUED
    message = platform.jobs.receive(0)
    assert message is not None
    assert message.delivery_count == 2
