"""Deleting what hasn't ended is counted, and what of it was in a zip is in none any more."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from anime_shared.adapters.embedded.layout import Layout
from anime_shared.metrics import JOBS, Metric
from anime_shared.ports.meter import Unmeasured
from anime_shared.ports.object_store import ObjectStore
from anime_web.logic.cancel import cancel, cancel_batch
from tests.web.conftest import MakeSite
from tests.web.site import Site, problem_of


class Counted(Unmeasured):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Metric, dict[str, str]]] = []

    def record(self, metric: Metric, value: float = 1.0, /, **labels: str) -> None:
        super().record(metric, value, **labels)
        self.told.append((metric, labels))


def batch_of(site: Site, *upload_ids: str) -> str:
    body: dict[str, Any] = {"upload_ids": upload_ids}
    return str(site.client.post("/api/v1/batches", json=body).json()["batch_id"])


def test_a_job_that_had_not_ended_is_counted_by_its_variant(make_site: MakeSite) -> None:
    site, meter = make_site(variants="hayao=student:0.5,shinkai:0.5"), Counted()
    job = site.post_job(site.upload()).json()
    cancel(site.platform, meter, job["job_id"])
    ((metric, labels),) = meter.told
    assert metric is JOBS
    assert labels.pop("variant") in ("student", "shinkai")
    assert labels == {"outcome": "cancelled", "problem": "none", "style": "hayao"}


def test_of_a_batch_each_job_that_had_not_ended_is_counted(site: Site) -> None:
    meter = Counted()
    done = batch_of(site, site.upload())
    site.work()
    waiting = batch_of(site, site.upload(), site.upload())
    for batch_id in (done, waiting):
        cancel_batch(site.platform, meter, batch_id)
    assert [labels["outcome"] for _, labels in meter.told] == ["cancelled", "cancelled"]
    assert site.client.get(f"/api/v1/batches/{waiting}").status_code == 404


@contextmanager
def queues_out_of_order(site: Site) -> Iterator[None]:
    """Meanwhile, nothing can be sent or received."""
    with Layout(site.settings.data_dir).queues().read() as connection:
        connection.execute("ALTER TABLE messages RENAME TO lost")
        yield
        connection.execute("ALTER TABLE lost RENAME TO messages")


def names_in_zip(site: Site, batch_id: str) -> list[str]:
    answer = site.client.get(site.batch(batch_id)["zip_url"])
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return archive.namelist()


@pytest.mark.parametrize("ended", [False, True])
def test_who_failed_to_tell_of_a_deleted_job_can_try_again(site: Site, *, ended: bool) -> None:
    you = site.upload(name="you.png")
    batch_id = batch_of(site, site.upload(name="me.png"), you)
    if not ended:
        held = site.platform.jobs.receive(0)
        assert held is not None
    site.work()
    assert site.finish() == 0
    me = site.batch(batch_id)["jobs"][0]["job_id"]
    with queues_out_of_order(site):
        problem_of(site.client.delete(f"/api/v1/jobs/{me}"), 503, "storage-unavailable")
    assert site.client.delete(f"/api/v1/jobs/{me}").status_code == 204
    problem_of(site.client.get(f"/api/v1/jobs/{me}"), 404, "unknown-job")
    assert site.finish() == 0
    assert names_in_zip(site, batch_id) == ["you_anime.jpg"]


class Interrupted:
    """A store between whose deletions something else happens: ``between`` is told of each."""

    def __init__(self, store: ObjectStore, between: Callable[[], object]) -> None:
        self._store = store
        self._between = between

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def delete(self, key: str) -> None:
        self._between()
        self._store.delete(key)
        self._between()


def test_no_zip_that_is_made_meanwhile_has_the_picture_of_a_deleted_job(site: Site) -> None:
    batch_id = batch_of(site, site.upload(name="me.png"), site.upload(name="you.png"))
    site.work()
    me = site.batch(batch_id)["jobs"][0]["job_id"]

    def zip_it() -> None:
        site.service.finish_batch(batch_id)

    results = Interrupted(site.platform.results, zip_it)
    cancel(replace(site.platform, results=results), Unmeasured(), me)
    site.finish()
    assert names_in_zip(site, batch_id) == ["you_anime.jpg"]
