"""The inference function as a server, over a real socket."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2 as httpx
import psutil
import pytest
from PIL import Image

from tests.pictures import file_of, gradient, png_bomb

pytestmark = pytest.mark.measures

URL = "/api/v1/transform"
PROBLEM = "application/problem+json"


def image_field(data: bytes) -> dict[str, tuple[str, bytes]]:
    return {"image": ("photo.png", data)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, psutil.Process]]:
    """The function's server as a process of its own; its address and itself."""
    environment = os.environ | {"ANIME_DATA_DIR": str(tmp_path_factory.mktemp("data"))}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, number = listener.getsockname()[1], listener.fileno()
        command = [sys.executable, "-m", "anime_inference.entry.server", "--fd", str(number)]
        process = subprocess.Popen(
            command, env=environment, pass_fds=[number], stderr=subprocess.PIPE, text=True
        )
    drain = threading.Thread(target=lambda: list(process.stderr or ()))
    drain.start()
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{url}/readyz").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(10)
        drain.join()
        assert process.stderr is not None
        process.stderr.close()


def test_health_answers_while_a_photo_is_worked_on(server: tuple[str, psutil.Process]) -> None:
    url, _ = server
    photo = file_of(gradient(2000, 2000), "JPEG")
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(httpx.post, url + URL, files=image_field(photo), timeout=60)
        waits = []
        while not job.done():
            start = time.perf_counter()
            assert httpx.get(f"{url}/healthz").status_code == 200
            waits.append(time.perf_counter() - start)
        assert job.result().status_code == 200
    assert len(waits) > 5
    assert sorted(waits)[len(waits) // 2] < 0.25


def test_a_60_mb_upload_is_refused_and_the_process_lives_on(
    server: tuple[str, psutil.Process],
) -> None:
    url, process = server
    before = process.memory_info().rss
    start = time.perf_counter()
    answer = httpx.post(url + URL, files=image_field(bytes(60_000_000)), timeout=10)
    elapsed = time.perf_counter() - start
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:anime:problem:upload-too-large"
    assert answer.json()["field"] == "image"
    assert "32.0 MiB" in answer.json()["detail"]
    assert elapsed < 0.5
    assert process.memory_info().rss - before < 100 * 2**20
    assert httpx.get(f"{url}/healthz").status_code == 200


def test_a_chunked_upload_is_counted(server: tuple[str, psutil.Process]) -> None:
    url, _ = server

    def endless() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        for _ in range(40):
            yield bytes(2**20)

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = httpx.post(url + URL, content=endless(), headers=headers, timeout=10)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "data",
    [png_bomb(50_000, 50_000), b"", b"\xff\xd8\xff" + bytes(1000), file_of(gradient())[:90]],
    ids=["bomb", "empty", "not-really-jpeg", "truncated"],
)
def test_bad_pictures_cost_little(server: tuple[str, psutil.Process], data: bytes) -> None:
    url, process = server
    before = process.memory_info().rss
    start = time.perf_counter()
    answer = httpx.post(url + URL, files=image_field(data), timeout=10)
    assert time.perf_counter() - start < 0.5
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == PROBLEM
    assert process.memory_info().rss - before < 64 * 2**20


def test_the_picture_is_a_picture_over_the_wire(server: tuple[str, psutil.Process]) -> None:
    url, _ = server
    answer = httpx.post(
        url + URL,
        files=image_field(file_of(gradient())),
        headers={"Accept": "image/png"},
        timeout=30,
    )
    assert Image.open(io.BytesIO(answer.content)).format == "PNG"
