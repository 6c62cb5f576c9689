"""One job by its id, on the embedded platform with the bundled models."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import pytest

from anime_inference.logic import progress, studio
from anime_inference.logic.generator import Models
from anime_inference.logic.painting import Painting
from anime_inference.logic.patience import Patience
from anime_inference.logic.pipeline import transform
from anime_inference.logic.work import Work
from anime_inference.settings import Settings
from anime_shared.adapters.embedded.objects import FileObjectStore
from anime_shared.composition import open_platform
from anime_shared.errors import JobHeld, ProcessingFailed, StorageUnavailable, UnknownJob
from anime_shared.jobs import PERCENT, Job, JobStatus, Result, Stage
from anime_shared.ledger import Ledger
from anime_shared.options import OutputFormat
from anime_shared.platform import Platform
from tests.pictures import file_of, gradient, opened
from tests.work import PHOTO, add_job, notices, open_work

FACE = (Path(__file__).parents[2] / "docs/pictures/photo.jpg").read_bytes()


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return open_platform(Settings(data_dir=tmp_path))


@pytest.fixture
def work(tmp_path: Path, platform: Platform, models: Models) -> Work:
    return open_work(tmp_path, platform, models)


def objects(tmp_path: Path) -> list[str]:
    """The results that are stored, copies in the cache included."""
    return [file.name for file in (tmp_path / "results").rglob("*") if file.is_file()]


def test_a_job_ends_with_a_picture(platform: Platform, work: Work) -> None:
    job = add_job(platform, format="png")
    work.run(job.id, 1)
    done = platform.ledger.job(job.id)
    assert (done.status, done.percent, done.attempts) == (JobStatus.SUCCEEDED, 100, 1)
    assert done.result is not None
    assert done.result.format is OutputFormat.PNG
    assert (done.result.facts["style"], done.result.facts["width"]) == ("hayao", 64)
    assert not done.result.cached
    picture = platform.results.get(job.result_key)
    assert picture is not None
    assert opened(picture).size == (64, 48)
    assert notices(platform) == []


def test_the_second_time_it_is_cached(platform: Platform, work: Work) -> None:
    first, second, other = add_job(platform), add_job(platform), add_job(platform, strength=0.5)
    for job in (first, second, other):
        work.run(job.id, 1)
    results = [platform.ledger.job(job.id).result for job in (first, second, other)]
    assert [result and result.cached for result in results] == [False, True, False]
    assert platform.results.get(first.result_key) == platform.results.get(second.result_key)


@pytest.mark.parametrize(
    ("photo", "options", "code"),
    [
        (b"no picture", {}, "not-a-picture"),
        (PHOTO[:90], {}, "broken-picture"),
        (None, {}, "upload-missing"),
        (PHOTO, {"style": "paprika"}, "style-not-installed"),
    ],
)
def test_a_job_that_can_not_succeed_fails_once(
    platform: Platform, work: Work, photo: bytes | None, options: dict[str, str], code: str
) -> None:
    job = add_job(platform, photo, webhook=True, **options)
    work.run(job.id, 1)
    failed = platform.ledger.job(job.id)
    assert failed.status is JobStatus.FAILED
    assert failed.problem is not None
    assert failed.problem["type"] == f"urn:anime:problem:{code}"
    assert notices(platform) == [job.id]


def test_a_job_is_tried_again_after_a_crash(platform: Platform, work: Work) -> None:
    job = add_job(platform)
    platform.ledger.claim(job.id, lease_seconds=0)
    work.run(job.id, 2)
    done = platform.ledger.job(job.id)
    assert (done.status, done.attempts) == (JobStatus.SUCCEEDED, 2)


def test_a_job_in_other_hands_is_left_there(platform: Platform, work: Work) -> None:
    job = add_job(platform)
    held = platform.ledger.claim(job.id, lease_seconds=60)
    with pytest.raises(JobHeld):
        work.run(job.id, 2)
    with pytest.raises(JobHeld):
        work.run(job.id, 9)
    assert platform.ledger.job(job.id) == held


def test_a_job_is_given_up_after_its_attempts(platform: Platform, work: Work) -> None:
    job = add_job(platform, webhook=True)
    with pytest.raises(ProcessingFailed, match="after 3 attempts"):
        work.run(job.id, 4)
    failed = platform.ledger.job(job.id)
    assert failed.status is JobStatus.FAILED
    assert failed.problem is not None
    assert failed.problem["type"] == "urn:anime:problem:processing-failed"
    assert notices(platform) == [job.id]


@pytest.mark.parametrize("delivery_count", [2, 9])
def test_an_ended_job_is_told_again_and_nothing_else(
    platform: Platform, work: Work, delivery_count: int
) -> None:
    told, untold = add_job(platform, webhook=True), add_job(platform)
    for job in (told, untold):
        work.run(job.id, 1)
    before = platform.ledger.jobs([told.id, untold.id])
    for job in (told, untold):
        work.run(job.id, delivery_count)
    assert platform.ledger.jobs([told.id, untold.id]) == before
    assert notices(platform) == [told.id, told.id]


def test_a_deleted_job_is_nothing_to_do(platform: Platform, work: Work, tmp_path: Path) -> None:
    job = add_job(platform, webhook=True)
    platform.ledger.forget_job(job.id)
    work.run(job.id, 1)
    assert objects(tmp_path) == []
    assert notices(platform) == []


class Watched(Ledger):
    """Sees what is written of a job, and deletes the job at ``delete_at``."""

    def __init__(self, platform: Platform, delete_at: Stage | JobStatus | None = None) -> None:
        super().__init__(platform.ledger._store)
        self.seen: list[Stage | None] = []
        self.told: list[tuple[Stage | None, int]] = []
        self._delete_at = delete_at

    def progress(
        self, held: Job, stage: Stage | None, lease_seconds: float, share: float = 0.0
    ) -> None:
        self.seen.append(stage)
        if stage is self._delete_at:
            self.forget_job(held.id)
        super().progress(held, stage, lease_seconds, share)
        written = self.job(held.id)
        self.told.append((written.stage, written.percent))

    def succeed(self, held: Job, result: Result) -> Job:
        if self._delete_at is JobStatus.SUCCEEDED:
            self.forget_job(held.id)
        return super().succeed(held, result)


@pytest.mark.parametrize("moment", [Stage.DECODE, Stage.ENCODE, Stage.STORE, JobStatus.SUCCEEDED])
def test_of_a_job_deleted_meanwhile_nothing_stays(
    platform: Platform,
    work: Work,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    moment: Stage | JobStatus,
) -> None:
    monkeypatch.setattr(progress, "_INTERVAL_SECONDS", 0)
    job = add_job(platform, webhook=True)
    replace(work, ledger=Watched(platform, moment)).run(job.id, 1)
    assert objects(tmp_path) == []
    assert notices(platform) == []
    with pytest.raises(UnknownJob):
        platform.ledger.job(job.id)


@pytest.mark.parametrize(("interval", "count"), [(0, 6), (60, 2)])
def test_progress_is_written_by_stages_but_not_too_often(
    platform: Platform,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    interval: float,
    count: int,
) -> None:
    monkeypatch.setattr(progress, "_INTERVAL_SECONDS", interval)
    ledger = Watched(platform)
    replace(work, ledger=ledger).run(add_job(platform, FACE).id, 1)
    assert ledger.seen == list(Stage)[:count]


def test_a_large_photo_advances_with_each_tile(
    tmp_path: Path, platform: Platform, models: Models, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_INTERVAL_SECONDS", 0)
    work = open_work(tmp_path, platform, models, memory_budget=96 * 2**20)
    ledger = Watched(platform)
    job = add_job(platform, file_of(gradient(1500, 500)), faces="off")
    replace(work, ledger=ledger).run(job.id, 1)
    percents = [percent for stage, percent in ledger.told if stage is Stage.STYLISE]
    assert len(percents) >= 4
    assert percents == sorted(set(percents))
    assert (percents[0], percents[-1]) == (PERCENT[Stage.STYLISE], PERCENT[Stage.DETECT])
    assert platform.ledger.job(job.id).percent == 100


def test_progress_makes_no_lease_longer(platform: Platform) -> None:
    held = platform.ledger.claim(add_job(platform).id, lease_seconds=30)
    progress.Progress(platform.ledger, held)(Stage.DECODE)
    written = platform.ledger.job(held.id)
    assert written.stage is Stage.DECODE
    assert written.lease_until == pytest.approx(held.lease_until, abs=0.01)


class Refusing(FileObjectStore):
    """A store whose objects can't be written."""

    def put(self, *_: object) -> None:
        raise StorageUnavailable("the disk is full")


def test_what_may_go_well_later_leaves_the_job_free(
    platform: Platform, work: Work, tmp_path: Path
) -> None:
    job = add_job(platform, webhook=True)
    assert isinstance(platform.results, FileObjectStore)
    full = Refusing(tmp_path / "results", "results", platform.results.signer)
    with pytest.raises(StorageUnavailable):
        replace(work, results=full, patience=Patience(0)).run(job.id, 1)
    assert platform.ledger.job(job.id).status is JobStatus.QUEUED
    assert notices(platform) == []
    work.run(job.id, 2)
    assert platform.ledger.job(job.id).status is JobStatus.SUCCEEDED


class FullForAWhile(FileObjectStore):
    """A store of which the first three objects can't be written."""

    left = 3

    def put(self, key: str, data: bytes | IO[bytes], content_type: str) -> None:
        self.left -= 1
        if self.left >= 0:
            raise StorageUnavailable("the disk is full")
        super().put(key, data, content_type)


def test_a_job_waits_for_a_store_that_fails_and_is_painted_once(
    platform: Platform, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted = []

    def counted(*given: Any, **named: Any) -> Painting:
        painted.append(given)
        return transform(*given, **named)

    monkeypatch.setattr(studio, "transform", counted)
    assert isinstance(platform.results, FileObjectStore)
    full = FullForAWhile(tmp_path / "results", "results", platform.results.signer)
    job = add_job(platform, webhook=True)
    replace(work, results=full).run(job.id, 1)
    done = platform.ledger.job(job.id)
    assert (done.status, done.attempts) == (JobStatus.SUCCEEDED, 1)
    assert full.left < 0
    assert len(painted) == 1
    assert notices(platform) == [job.id]


def test_nobody_waits_for_a_store_once_told_to_stop(
    platform: Platform, work: Work, tmp_path: Path
) -> None:
    assert isinstance(platform.results, FileObjectStore)
    full = Refusing(tmp_path / "results", "results", platform.results.signer)
    job = add_job(platform)
    stop = threading.Timer(0.5, work.patience.over.set)
    stop.start()
    start = time.monotonic()
    with pytest.raises(StorageUnavailable):
        replace(work, results=full).run(job.id, 1)
    assert time.monotonic() - start < 10
    assert platform.ledger.job(job.id).status is JobStatus.QUEUED


def test_news_that_can_not_be_written_cost_no_photo(platform: Platform, work: Work) -> None:
    class Deaf(Ledger):
        def progress(self, *_: object, **__: object) -> None:
            raise StorageUnavailable("the disk is full")

    job = add_job(platform)
    replace(work, ledger=Deaf(platform.ledger._store)).run(job.id, 1)
    assert platform.ledger.job(job.id).status is JobStatus.SUCCEEDED


def test_a_defect_leaves_the_job_free(
    platform: Platform, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    job = add_job(platform)
    monkeypatch.setattr(studio, "transform", broken)
    with pytest.raises(RuntimeError):
        work.run(job.id, 1)
    assert platform.ledger.job(job.id).status is JobStatus.QUEUED


def test_a_job_that_ends_in_other_hands_meanwhile_is_left_as_it_is(
    platform: Platform, work: Work
) -> None:
    class Slow(Ledger):
        """Another worker ends the job between a look and the claim."""

        def claim(self, job_id: str, lease_seconds: float) -> Job:
            held = super().claim(job_id, lease_seconds)
            self.fail(held, {"type": "urn:anime:problem:broken-picture"})
            return super().claim(job_id, lease_seconds)

    job = add_job(platform, webhook=True)
    replace(work, ledger=Slow(platform.ledger._store)).run(job.id, 1)
    ended = platform.ledger.job(job.id)
    assert (ended.status, ended.attempts) == (JobStatus.FAILED, 1)
    assert platform.results.get(job.result_key) is None
    assert notices(platform) == [job.id]


def test_a_copy_of_a_job_deleted_meanwhile_stays_for_whom_it_was_painted(
    platform: Platform, work: Work
) -> None:
    first, deleted, last = add_job(platform), add_job(platform), add_job(platform)
    work.run(first.id, 1)
    replace(work, ledger=Watched(platform, JobStatus.SUCCEEDED)).run(deleted.id, 1)
    assert platform.results.get(deleted.result_key) is None
    work.run(last.id, 1)
    done = platform.ledger.job(last.id)
    assert done.result is not None
    assert done.result.cached


def test_a_job_that_can_not_be_given_back_is_free_once_its_lease_is_over(
    platform: Platform, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(Ledger):
        def release(self, *_: object) -> None:
            raise StorageUnavailable("the disk is full")

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(studio, "transform", broken)
    job = add_job(platform)
    with pytest.raises(RuntimeError):
        replace(work, ledger=Away(platform.ledger._store)).run(job.id, 1)
    held = platform.ledger.job(job.id)
    assert held.status is JobStatus.RUNNING
    assert not held.held_at(time.time() + work.lease_seconds)


def test_what_is_in_hand_is_given_back_by_a_process_that_must_end(
    platform: Platform, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[JobStatus] = []
    job = add_job(platform, webhook=True)

    def ending(*given: Any, **named: Any) -> Painting:
        work.release()
        given_back.append(platform.ledger.job(job.id).status)
        return transform(*given, **named)

    monkeypatch.setattr(studio, "transform", ending)
    with pytest.raises(JobHeld):
        work.run(job.id, 1)
    assert given_back == [JobStatus.QUEUED]
    assert platform.ledger.job(job.id).status is JobStatus.QUEUED
    assert notices(platform) == []
    work.release()
