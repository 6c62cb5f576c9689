"""Waiting for news of a job."""

from __future__ import annotations

import threading
import time

import pytest

from anime_shared.jobs import Stage
from tests.web.site import Site, problem_of


@pytest.mark.parametrize("wait", ["-1", "21", "nan", "long"])
def test_a_wait_has_limits(site: Site, wait: str) -> None:
    problem_of(site.client.get("/api/v1/jobs/x", params={"wait": wait}), 422, "invalid-field")


def test_waiting_ends_with_its_time(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    start = time.monotonic()
    assert site.job(job_id, wait=0.5)["status"] == "queued"
    assert 0.5 <= time.monotonic() - start < 1.5


def test_waiting_ends_with_the_first_news(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    ledger = site.platform.ledger
    held = ledger.claim(job_id, 60)
    step = threading.Timer(0.4, lambda: ledger.progress(held, Stage.DETECT, 60))
    step.start()
    start = time.monotonic()
    told = site.job(job_id, wait=20)
    step.join()
    assert time.monotonic() - start < 5
    assert (told["status"], told["stage"], told["percent"]) == ("running", "detect", 60)


def test_news_that_came_between_two_looks_are_told_at_once(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    ledger = site.platform.ledger
    held = ledger.claim(job_id, 60)
    known = site.job(job_id)["revision"]
    ledger.progress(held, Stage.STYLISE, 10)
    start = time.monotonic()
    told = site.job(job_id, wait=20, known=known)
    assert time.monotonic() - start < 5
    assert (told["stage"], told["revision"] != known) == ("stylise", True)


def test_news_of_a_batch_that_came_between_two_looks_are_told_at_once(site: Site) -> None:
    body = {"upload_ids": [site.upload(), site.upload()]}
    batch_id = site.client.post("/api/v1/batches", json=body).json()["batch_id"]
    before = site.batch(batch_id)
    site.platform.ledger.claim(before["jobs"][0]["job_id"], 60)
    start = time.monotonic()
    params = {"wait": 20, "known": before["revision"]}
    told = site.client.get(f"/api/v1/batches/{batch_id}", params=params).json()
    assert time.monotonic() - start < 5
    assert told["counts"] == {"queued": 1, "running": 1}


def test_who_knows_what_is_so_waits(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    known = site.job(job_id)["revision"]
    start = time.monotonic()
    assert site.job(job_id, wait=0.5, known=known)["revision"] == known
    assert time.monotonic() - start >= 0.5


def test_nobody_waits_for_a_job_that_has_ended(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    site.work()
    start = time.monotonic()
    site.job(job_id, wait=20)
    assert time.monotonic() - start < 2


def test_nobody_waits_when_the_server_stops(site: Site) -> None:
    job_id = site.post_job(site.upload()).json()["job_id"]
    stop = threading.Timer(0.3, site.service.stopping.set)
    stop.start()
    start = time.monotonic()
    assert site.job(job_id, wait=20)["status"] == "queued"
    stop.join()
    assert time.monotonic() - start < 5
