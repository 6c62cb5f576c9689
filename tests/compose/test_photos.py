"""Photos through the stack, and how its containers share them."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from anime_inference.logic.picture import Pixels
from anime_local.client import AnimeClient
from anime_local.client.answers import Job
from anime_shared.options import PaintOptions
from scripts.cloud.shell import run
from scripts.compose.stack import CONTAINERS
from tests.compose.container import running
from tests.painted import assert_painted
from tests.pictures import file_of, gradient, opened

PHOTO = Path(__file__).parents[2] / "docs/pictures/photo.jpg"


def submit(client: AnimeClient, photo: bytes, content_type: str = "image/png") -> Job:
    upload = client.create_upload("me", len(photo), content_type)
    client.put(upload, photo)
    return client.submit(upload.upload_id, PaintOptions())


def test_the_page_is_served(url: str) -> None:
    page = httpx2.get(url)
    assert page.status_code == 200
    assert "<title>" in page.text


def test_a_photo_in_one_call(client: AnimeClient) -> None:
    picture = client.transform(PHOTO, PaintOptions())
    assert_painted(PHOTO.read_bytes(), opened(picture.data))


def test_a_photo_as_a_job(client: AnimeClient) -> None:
    job = client.wait(submit(client, PHOTO.read_bytes(), "image/jpeg"))
    assert job.status == "succeeded"
    assert_painted(PHOTO.read_bytes(), opened(client.download(job)))


def new(height: int, width: int) -> Pixels:
    """A photo that nobody has painted: one known from an earlier run costs no time."""
    return gradient(height, width + secrets.randbelow(100))


def seconds_of(module: str) -> dict[str, float]:
    return {each.name: each.processor_seconds(module) for each in running("inference")}


def test_calls_at_the_same_time_go_to_different_containers(url: str) -> None:
    before = seconds_of("anime_inference.entry.server")
    photos = [file_of(new(900 + number, 900)) for number in range(CONTAINERS)]

    def paint(photo: bytes) -> int:
        files = {"image": ("me.png", photo)}
        return httpx2.post(f"{url}/api/v1/transform", files=files, timeout=60).status_code

    with ThreadPoolExecutor(CONTAINERS) as pool:
        assert list(pool.map(paint, photos)) == [200] * CONTAINERS
    after = seconds_of("anime_inference.entry.server")
    assert len(after) == CONTAINERS
    assert all(after[name] - before[name] > 0.3 for name in after), (before, after)


def test_workers_share_the_queue(client: AnimeClient) -> None:
    before = seconds_of("anime_inference.entry.worker")
    jobs = [submit(client, file_of(new(700 + number, 700))) for number in range(6)]
    assert [client.wait(job).status for job in jobs] == ["succeeded"] * 6
    after = seconds_of("anime_inference.entry.worker")
    assert all(after[name] - before[name] > 0.3 for name in after), (before, after)


def test_a_container_that_is_stopped_costs_nobody_an_answer(url: str) -> None:
    stopped = running("inference")[0]
    run("docker", "stop", stopped.id)
    try:
        for number in range(4):
            files = {"image": ("me.png", file_of(gradient(64, 64 + number)))}
            answer = httpx2.post(f"{url}/api/v1/transform", files=files, timeout=30)
            assert answer.status_code == 200
    finally:
        run("docker", "start", stopped.id)
