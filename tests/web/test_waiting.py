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
