"""The logs of ``animegan serve``: what they tell, and what they never do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.local.served import Served, served
from tests.pictures import file_of, gradient

# Linux answers to all of 127/8.
ADDRESS = "127.66.77.88"
NAME = "Jane-Doe-at-the-doctor.png"
ONE_CALL, JOB, REFUSED = "one-call-of-jane", "job-of-jane-0001", "refused-of-jane1"
SERVICES = {"web", "inference", "worker", "housekeeper"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("told")


@pytest.fixture(scope="module")
def http(folder: Path) -> Iterator[tuple[httpx2.Client, Served]]:
    settings = {"log_format": "json", "log_level": "debug", "log_dir": str(folder / "logs")}
    with served(folder / "data", rate_limit="", **settings) as running:
        transport = httpx2.HTTPTransport(local_address=ADDRESS)
        with httpx2.Client(base_url=running.url, transport=transport, timeout=60) as client:
            yield client, running


@pytest.fixture(scope="module")
def lines(folder: Path, http: tuple[httpx2.Client, Served]) -> dict[str, list[dict[str, Any]]]:
    """Each service's lines, after a day of Jane's."""
    client, _ = http
    one_call(client)
    batch(client)
    refused(client)
    files = (folder / "logs").iterdir()
    return {
        file.stem: [json.loads(line) for line in file.read_text().splitlines()] for file in files
    }


def one_call(client: httpx2.Client) -> None:
    form = {"image": (NAME, file_of(gradient(80, 64)), "image/png")}
    answer = client.post("/upload", files=form, headers={"X-Correlation-ID": ONE_CALL})
    assert answer.status_code == 200
    assert answer.headers.get_list("X-Correlation-ID") == [ONE_CALL]


def batch(client: httpx2.Client) -> None:
    photo = file_of(gradient(96, 64))
    announced = {"file_name": NAME, "size": len(photo), "content_type": "image/png"}
    followed = {"X-Correlation-ID": JOB}
    upload = client.post("/api/v1/uploads", json=announced, headers=followed).json()
    client.put(upload["url"], content=photo, headers=upload["headers"]).raise_for_status()
    order = {"upload_ids": [upload["upload_id"]]}
    made = client.post("/api/v1/batches", json=order, headers=followed).raise_for_status().json()
    for _ in range(30):
        told = client.get(f"/api/v1/batches/{made['batch_id']}?wait=5").json()
        if told.get("zip_url"):
            return
    raise AssertionError(told)


def refused(client: httpx2.Client) -> None:
    followed = {"X-Correlation-ID": REFUSED}
    form = {"image": (NAME, b"no picture", "image/png")}
    assert client.post("/api/v1/transform", files=form, headers=followed).status_code == 415
    assert client.get(f"/{NAME}", headers=followed).status_code == 404
    assert client.get(f"/storage/{NAME}", headers=followed).status_code == 403


def test_each_service_has_a_file_of_its_own(lines: dict[str, list[dict[str, Any]]]) -> None:
    assert lines.keys() >= SERVICES
    for service in SERVICES:
        assert {line["service"] for line in lines[service]} == {service}


def services_of(lines: dict[str, list[dict[str, Any]]], correlation_id: str) -> set[str]:
    return {
        line["service"]
        for some in lines.values()
        for line in some
        if line.get("correlation_id") == correlation_id
    }


def test_one_id_leads_from_the_page_to_the_last_of_the_work(
    lines: dict[str, list[dict[str, Any]]],
) -> None:
    assert services_of(lines, ONE_CALL) == {"web", "inference"}
    assert services_of(lines, JOB) == {"web", "worker", "housekeeper"}


def test_no_line_has_a_file_name_an_address_or_a_picture(
    lines: dict[str, list[dict[str, Any]]], http: tuple[httpx2.Client, Served]
) -> None:
    _, running = http
    told = json.dumps(lines) + (running.data / "serve.log").read_text()
    assert "painted 64 x 80" in told
    assert "Jane" not in told.replace("of-jane", "")
    assert "doctor" not in told
    assert ADDRESS not in told
    assert "iVBORw0KGgo" not in told
    assert "PNG" not in told
