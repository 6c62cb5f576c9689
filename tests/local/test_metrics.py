"""``/metrics`` of ``animegan serve``: one address for what all of its processes count."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from anime_local.client import AnimeClient
from anime_shared import metrics
from anime_shared.metrics import Kind, Metric
from anime_shared.options import PaintOptions
from tests.local.served import Served, served
from tests.pictures import file_of, gradient
from tests.ports import free_port

Samples = list[tuple[str, dict[str, str], float]]
SERVICES = {"web", "inference", "worker", "housekeeper"}


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("measured")
    with served(folder / "data", metrics_port=str(port), rate_limit="") as running:
        yield running


def scrape(port: int) -> Samples:
    """What Prometheus reads."""
    answer = httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=10, trust_env=False)
    assert answer.headers["content-type"].startswith("text/plain")
    return [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(answer.raise_for_status().text)
        for sample in family.samples
    ]


def total(samples: Samples, name: str, **labels: str) -> float:
    """Of all samples with these labels, and maybe others."""
    return sum(v for n, theirs, v in samples if n == name and theirs.items() >= labels.items())


def until(port: int, metric: Metric, value: float, **labels: str) -> Samples:
    """What is read once a number is as it must be; a gauge is looked at every few seconds."""
    suffix = "_count" if metric.kind is Kind.HISTOGRAM else ""
    end = time.monotonic() + 20
    while total(samples := scrape(port), f"{metric.name}{suffix}", **labels) != value:
        assert time.monotonic() < end, samples
        time.sleep(0.2)
    return samples


def submit(client: AnimeClient, photo: bytes) -> str:
    upload = client.create_upload("me.png", len(photo), "image/png")
    client.put(upload, photo)
    return client.submit(upload.upload_id, PaintOptions()).job_id


def test_one_address_tells_the_work_of_all_processes(measured: Served, port: int) -> None:
    photo = file_of(gradient(96, 64))
    with AnimeClient(measured.url) as client:
        client.wait(client.job(submit(client, photo)))
        client.wait(client.job(submit(client, photo)))
    form = {"image": ("me.png", file_of(gradient(80, 64)), "image/png")}
    called = httpx2.post(f"{measured.url}/api/v1/transform", files=form, timeout=60)
    receipt = called.raise_for_status().json()["receipt"]
    samples = until(port, metrics.QUEUE_DEPTH, 0, queue="jobs")
    assert {labels["service"] for name, labels, _ in samples if "starts" in name} == SERVICES
    assert total(samples, metrics.JOBS.name, service="worker", outcome="succeeded") == 1
    assert total(samples, metrics.JOBS.name, service="worker", outcome="cached") == 1
    pictures = f"{metrics.PICTURE_SECONDS.name}_count"
    assert total(samples, pictures, service="worker", style="hayao") == 1
    assert total(samples, pictures, service="inference", style="hayao") == 1
    cost = total(samples, metrics.COST_USD.name, service="inference")
    assert cost == pytest.approx(receipt["cost_usd"])
    posted = total(samples, metrics.REQUESTS.name, service="web", route="/api/v1/jobs")
    assert posted == 2
    for service in SERVICES:
        memory = total(samples, metrics.MEMORY_BYTES.name, service=service)
        assert 20e6 < memory < 4e9


def test_a_job_that_is_cancelled_is_counted(measured: Served, port: int) -> None:
    with AnimeClient(measured.url) as client:
        waiting = [submit(client, file_of(gradient(512 + n, 512))) for n in range(3)]
        for job_id in reversed(waiting):
            client.cancel(job_id)
    samples = scrape(port)
    assert total(samples, metrics.JOBS.name, service="web", outcome="cancelled") >= 2


def test_what_dies_begins_again_and_its_numbers_stay(measured: Served, port: int) -> None:
    before = scrape(port)
    measured.child("anime_inference.entry.worker").kill()
    samples = until(port, metrics.STARTS, 2, service="worker")
    for name in (metrics.JOBS.name, metrics.COST_USD.name):
        assert total(samples, name) >= total(before, name) > 0


def test_a_routes_path_is_never_a_label(measured: Served, port: int) -> None:
    httpx2.get(f"{measured.url}/api/v1/jobs/Vb1N0cq2Sx2pVfYw7Zr0Lg")
    httpx2.get(f"{measured.url}/holiday.jpg")
    routes = {labels["route"] for _, labels, _ in scrape(port) if "route" in labels}
    assert "/api/v1/jobs/{job_id}" in routes
    assert not [route for route in routes if "Vb1N0" in route or "holiday" in route]


def test_the_page_tells_no_numbers(measured: Served) -> None:
    assert httpx2.get(f"{measured.url}/metrics").status_code == 404


def test_by_default_nothing_is_counted(tmp_path: Path) -> None:
    with served(tmp_path / "data") as running:
        loaded = {
            Path(file.path).name
            for child in running.process.children()
            for file in child.memory_maps()
        }
        assert not [name for name in loaded if name.startswith(("counter_", "gauge_"))]
