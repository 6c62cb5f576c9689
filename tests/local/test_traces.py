"""Traces of ``animegan serve``, as a collector gets them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.local.collector import Collector, Told, collecting
from tests.local.served import served
from tests.pictures import file_of, gradient

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"
NAME = "Jane-Doe.png"


@pytest.fixture(scope="module")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Collector:
    """What it was told of a call, and of a job."""
    folder = tmp_path_factory.mktemp("traced")
    with collecting() as collector:
        settings = {"otlp_endpoint": collector.url, "rate_limit": ""}
        with served(folder / "data", **settings) as running, httpx2.Client(timeout=60) as client:
            client.base_url = running.url
            form = {"image": (NAME, file_of(gradient(80, 64)), "image/png")}
            client.post("/upload", files=form).raise_for_status()
            form = {"image": (NAME, b"no picture", "image/png")}
            assert client.post("/upload", files=form).status_code == 415
            a_job(client)
    return collector


def a_job(client: httpx2.Client) -> None:
    photo = file_of(gradient(96, 64))
    announced = {"file_name": NAME, "size": len(photo), "content_type": "image/png"}
    upload = client.post("/api/v1/uploads", json=announced).json()
    client.put(upload["url"], content=photo, headers=upload["headers"]).raise_for_status()
    order = {"upload_id": upload["upload_id"]}
    headers = {"traceparent": PARENT, "X-Correlation-ID": "traced-job"}
    job = client.post("/api/v1/jobs", json=order, headers=headers).json()
    known = ""
    while job["status"] != "succeeded":
        assert job["status"] in ("queued", "running")
        query = {"wait": "20", "known": known}
        job = client.get(f"/api/v1/jobs/{job['job_id']}", params=query).json()
        known = job["revision"]


def one(spans: list[Told], trace: str, **attributes: str) -> Told:
    """The only one of a trace that has these attributes."""
    (found,) = [
        span
        for span in spans
        if span.trace == trace
        and all(text in span.attributes[f"anime.{key}"] for key, text in attributes.items())
    ]
    return found


def test_a_job_is_one_trace_from_its_order_to_its_stages(collector: Collector) -> None:
    order = one(collector.named("anime-web", "request"), TRACE)
    assert order.parent == "b7ad6b7169203331"
    assert "/api/v1/jobs" in order.attributes["anime.route"]
    job = one(collector.named("anime-worker", "job"), TRACE)
    assert job.parent == order.id
    assert "traced-job" in job.attributes["anime.correlation_id"]
    paint = one(collector.named("anime-worker", "paint"), TRACE)
    assert paint.parent == job.id
    for stage in ("decode", "detect", "encode"):
        assert one(collector.named("anime-worker", stage), TRACE).parent == paint.id
    for step in ("find", "keep"):
        assert one(collector.named("anime-worker", step), TRACE).parent == job.id


def test_a_call_is_one_trace_through_both_functions(collector: Collector) -> None:
    calls = [
        span
        for span in collector.named("anime-web", "request")
        if '"/upload"' in span.attributes["anime.route"]
    ]
    assert len(calls) == 2
    for call in calls:
        there = one(collector.named("anime-inference", "request"), call.trace)
        assert there.parent == call.id
    refused = [span for span in collector.named("anime-inference", "paint") if span.failed]
    assert {span.trace for span in refused} < {call.trace for call in calls}


def test_no_span_has_a_file_name_or_an_address(collector: Collector) -> None:
    told = str(collector.spans)
    assert "Jane" not in told
    assert "127.0.0.1" not in told


def test_without_a_collector_its_libraries_are_not_loaded() -> None:
    code = (
        "import sys\n"
        "from anime_shared.composition import open_telemetry\n"
        "from anime_shared.settings import PlatformSettings\n"
        "import anime_web.entry.server, anime_inference.entry.worker\n"
        "open_telemetry(PlatformSettings(), 'web')\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"opentelemetry.sdk", "prometheus_client", "requests"} & set(done.stdout.split())


def test_a_collector_that_is_not_there_costs_nothing_but_a_line(tmp_path: Path) -> None:
    with served(tmp_path / "data", otlp_endpoint="http://127.0.0.1:9") as running:
        form = {"image": (NAME, file_of(gradient(80, 64)), "image/png")}
        answer = httpx2.post(f"{running.url}/upload", files=form, timeout=60)
        assert answer.status_code == 200
