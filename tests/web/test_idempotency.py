"""The same request again."""

from __future__ import annotations

import pytest

from anime_shared.errors import StorageUnavailable
from tests.web.conftest import MakeSite
from tests.web.site import Site, problem_of


def test_the_same_request_with_the_same_key_makes_one_job(site: Site) -> None:
    upload_id = site.upload()
    first = site.post_job(upload_id, key="k1")
    site.work()
    again = site.post_job(upload_id, key="k1")
    assert again.status_code == 202
    assert again.headers["location"] == first.headers["location"]
    assert again.json()["status"] == "succeeded"
    assert site.platform.jobs.depth() == 0
    other = site.post_job(upload_id, key="k2")
    assert other.headers["location"] != first.headers["location"]


def test_another_request_with_the_same_key_is_refused(site: Site) -> None:
    upload_id = site.upload()
    site.post_job(upload_id, key="k")
    problem = problem_of(
        site.post_job(upload_id, key="k", strength=0.5), 422, "idempotency-key-reused"
    )
    assert problem["field"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é"])
def test_a_key_is_short_and_visible(site: Site, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode()}
    answer = site.client.post("/api/v1/jobs", json={"upload_id": "A"}, headers=headers)
    assert problem_of(answer, 422, "invalid-field")["field"] == "Idempotency-Key"


def test_clients_with_different_api_keys_share_no_idempotency_keys(make_site: MakeSite) -> None:
    site = make_site(api_keys="one,two")
    locations = set()
    for api_key in ("one", "two"):
        site.client.headers["X-API-Key"] = api_key
        locations.add(site.post_job(site.upload(), key="k").headers["location"])
    assert len(locations) == 2


def test_a_job_that_missed_the_queue_is_sent_by_the_same_request(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = site.upload()

    def full(*_: object) -> None:
        raise StorageUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(type(site.platform.jobs), "send", full)
        problem = problem_of(site.post_job(upload_id, key="k"), 503, "storage-unavailable")
    assert problem["retryable"] is True
    job_id = site.post_job(upload_id, key="k").json()["job_id"]
    site.work()
    assert site.job(job_id)["status"] == "succeeded"
