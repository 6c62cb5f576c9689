"""Deleting what hasn't ended is counted."""

from __future__ import annotations

from typing import Any

from anime_shared.metrics import JOBS, Metric
from anime_shared.ports.meter import Unmeasured
from anime_web.logic.cancel import cancel, cancel_batch
from tests.web.conftest import MakeSite
from tests.web.site import Site


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
