"""``animegan serve``: four processes, of which any may die."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from anime_local.client import AnimeClient
from anime_local.client.answers import Job
from anime_shared.options import PaintOptions
from tests.local.served import Served, served
from tests.pictures import file_of, gradient, opened


def submit(client: AnimeClient, count: int) -> list[Job]:
    """So many jobs, each of another photo."""
    jobs = []
    for number in range(count):
        photo = file_of(gradient(256 + number, 256))
        upload = client.create_upload(f"{number}.png", len(photo), "image/png")
        client.put(upload, photo)
        jobs.append(client.submit(upload.upload_id, PaintOptions()))
    return jobs


def check_all_succeed(client: AnimeClient, jobs: list[Job]) -> None:
    ended = [client.wait(job) for job in jobs]
    assert [job.status for job in ended] == ["succeeded"] * len(jobs)
    for number, job in enumerate(ended):
        assert opened(client.download(job)).size == (256, 256 + number)


def until_one_runs(client: AnimeClient, jobs: list[Job]) -> None:
    end = time.monotonic() + 10
    while not any(client.job(job.job_id).status == "running" for job in jobs):
        assert time.monotonic() < end


@contextmanager
def watched_page(url: str) -> Iterator[list[float]]:
    """Seconds of each answer of the page while the block runs."""
    seconds: list[float] = []
    over = threading.Event()

    def look() -> None:
        with httpx2.Client(base_url=url, timeout=10) as http:
            while not over.wait(0.05):
                seconds.append(http.get("/healthz").raise_for_status().elapsed.total_seconds())

    thread = threading.Thread(target=look)
    thread.start()
    yield seconds
    over.set()
    thread.join()


def test_no_job_is_lost_when_the_worker_is_killed_and_the_page_does_not_notice(
    tmp_path: Path,
) -> None:
    with (
        served(tmp_path / "data", visibility_timeout="2", rate_limit="") as server,
        AnimeClient(server.url) as client,
    ):
        jobs = submit(client, 8)
        with watched_page(server.url) as seconds:
            until_one_runs(client, jobs)
            before = server.child("worker")
            before.kill()
            check_all_succeed(client, jobs)
        assert server.child("worker").pid != before.pid
        assert max(client.job(job.job_id).attempts for job in jobs) == 2
        assert len(seconds) > 20
        assert max(seconds) < 1


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_a_restart_of_everything_loses_nothing(kill: bool, tmp_path: Path) -> None:
    with served(tmp_path / "data", visibility_timeout="2") as server:
        with AnimeClient(server.url) as client:
            jobs = submit(client, 6)
            until_one_runs(client, jobs)
        if kill:
            processes = server.process.children()
            server.process.kill()
            assert not psutil.wait_procs(processes, timeout=10)[1]
    with (
        served(tmp_path / "data", visibility_timeout="2") as server,
        AnimeClient(server.url) as client,
    ):
        check_all_succeed(client, jobs)


def test_a_request_waits_for_an_inference_function_that_starts_again(server: Served) -> None:
    server.child("anime_inference.entry.server").kill()
    photo = {"image": ("photo.png", file_of(gradient()), "image/png")}
    answer = httpx2.post(f"{server.url}/api/v1/transform", files=photo, timeout=30)
    assert answer.json()["status"] == "success"


def test_the_page_is_there_and_its_address_is_told(server: Served) -> None:
    assert httpx2.get(server.url).headers["content-type"] == "text/html; charset=utf-8"
    assert f"page:          {server.url}/\n" in (server.data / "serve.log").read_text()


def test_there_is_no_page_for_who_wants_none(tmp_path: Path) -> None:
    with served(tmp_path / "data", site_dir="") as server:
        assert httpx2.get(server.url).status_code == 404
        assert "page:" not in (server.data / "serve.log").read_text()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (("", ""), "port: {} is taken by another program"),
        (("ANIME_WORKER_THREADS", "0"), "ANIME_WORKER_THREADS: input should be greater"),
        (("ANIME_RATE_LIMIT", "much"), "ANIME_RATE_LIMIT: string should match"),
        (("ANIME_SITE_DIR", "/nowhere"), "ANIME_SITE_DIR: path does not point to a directory"),
        (("ANIME_DATA_DIR", "/dev/null/var"), "data in /dev/null/var: the store"),
    ],
)
def test_what_keeps_a_server_from_starting_is_one_line(
    setting: tuple[str, str], says: str, taken: int, tmp_path: Path
) -> None:
    name, value = setting
    environment = {**os.environ, "ANIME_DATA_DIR": str(tmp_path), **({name: value} if name else {})}
    done = subprocess.run(
        [sys.executable, "-m", "anime_local", "serve", "--port", str(taken)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert says.format(taken) in line


def test_a_process_that_dies_while_it_starts_ends_the_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "anime_local", "serve", "--port", "0"]
    process = psutil.Popen(
        [*command, "--data-dir", str(tmp_path)], stderr=subprocess.PIPE, text=True
    )
    while len(children := process.children()) < 4:
        time.sleep(0.01)
    children[-1].kill()
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "was ended by signal 9 (Killed) while it started" in said
    assert not any(child.is_running() for child in children)
