"""The embedded processes: server and housekeeper."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

from tests.web.conftest import MakeSite
from tests.web.receiver import receiving


@contextmanager
def process(
    module: str, folder: Path, *arguments: str, fds: tuple[int, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", f"anime_web.entry.{module}", *arguments]
    with (folder / f"{module}.log").open("wb") as log:
        started = subprocess.Popen(command, cwd=folder, pass_fds=fds, stdout=log, stderr=log)
        try:
            yield started
        finally:
            started.kill()
            started.wait()


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def test_the_server_stops_at_once_for_those_who_wait(
    tmp_path: Path, make_site: MakeSite, listener: socket.socket
) -> None:
    site = make_site()
    job_id = site.post_job(site.upload()).json()["job_id"]
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    arguments = ("--fd", str(listener.fileno()))
    with process("server", tmp_path, *arguments, fds=(listener.fileno(),)) as server:
        assert httpx.get(f"{url}/healthz", timeout=30).json() == {"status": "ok"}
        start = time.monotonic()
        with httpx.Client(timeout=30) as client:
            request = client.build_request("GET", f"{url}/api/v1/jobs/{job_id}?wait=20")
            timer = threading.Timer(0.7, server.terminate)
            timer.start()
            answer = client.send(request)
            timer.join()
        assert answer.json()["status"] == "queued"
        assert server.wait(10) in (0, -signal.SIGTERM)
        assert time.monotonic() - start < 6
    assert "Traceback" not in (tmp_path / "server.log").read_text()


def test_no_header_says_where_a_client_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: socket.socket
) -> None:
    monkeypatch.setenv("ANIME_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("ANIME_RATE_LIMIT", "2/minute")
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    arguments = ("--fd", str(listener.fileno()))
    with process("server", tmp_path, *arguments, fds=(listener.fileno(),)):
        answers = [
            httpx.delete(f"{url}/api/v1/jobs/x", headers=headers, timeout=30).status_code
            for n in range(3)
            for headers in [{"X-Forwarded-For": f"192.0.2.{n}", "X-Forwarded-Proto": "https"}]
        ]
    assert answers == [404, 404, 429]


def test_the_housekeeper_tells_and_sweeps(
    tmp_path: Path, make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving() as receiver:
        monkeypatch.setenv("ANIME_WEBHOOK_ALLOW", receiver.url)
        site = make_site(webhook_allow=receiver.url)
        job_id = site.post_job(site.upload(), webhook_url=receiver.url).json()["job_id"]
        site.work()
        old = site.settings.data_dir / "uploads" / "old"
        old.write_bytes(b"old")
        os.utime(old, (0, 0))
        with process("housekeeper", tmp_path) as housekeeper:
            deadline = time.monotonic() + 20
            while not (receiver.seen and not old.exists()) and time.monotonic() < deadline:
                time.sleep(0.05)
            housekeeper.send_signal(signal.SIGTERM)
            assert housekeeper.wait(10) == 0
    ((_, headers, body),) = receiver.seen
    assert headers["webhook-id"] == json.loads(body)["job_id"] == job_id
    assert not old.exists()
    assert site.platform.finished.depth() == 0
    log = (tmp_path / "housekeeper.log").read_text()
    assert "Traceback" not in log
    assert receiver.url not in log
