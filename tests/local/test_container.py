"""One function in a container: its server, and what works behind it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.families import kill_family
from tests.ports import free_port

BEHIND = {"inference": "anime_inference.entry.worker", "web": "anime_web.entry.housekeeper"}
PROBES = {"inference": "/readyz", "web": "/healthz"}


@contextmanager
def running(function: str, *more: str) -> Iterator[tuple[psutil.Popen, str]]:
    """Its first process, and where it answers."""
    port = free_port()
    command = ("-m", "anime_local.container", function, "--host", "127.0.0.1", "--port", str(port))
    process = psutil.Popen([sys.executable, *command, *more])
    try:
        yield process, f"http://127.0.0.1:{port}{PROBES[function]}"
    finally:
        kill_family(process)


def wait_until_it_answers(url: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            if httpx2.get(url, timeout=30).is_success:
                return
        except httpx2.TransportError:
            pass
        assert time.monotonic() < end
        time.sleep(0.1)


def find(process: psutil.Popen, module: str) -> psutil.Process | None:
    for child in process.children():
        # One that was killed may not have been taken leave of yet.
        with suppress(psutil.NoSuchProcess):
            if any(module in part for part in child.cmdline()):
                return child
    return None


@pytest.mark.parametrize("function", ["web", "inference"])
def test_what_dies_starts_again_and_all_ends_in_good_order(function: str) -> None:
    with running(function) as (process, url):
        wait_until_it_answers(url)
        for module in (BEHIND[function], f"anime_{function}.entry.server"):
            victim = find(process, module)
            assert victim is not None
            victim.kill()
            end = time.monotonic() + 30
            while (again := find(process, module)) is None or again.pid == victim.pid:
                assert time.monotonic() < end
                time.sleep(0.1)
        # The socket stayed open: this waits for the new server and is not refused.
        assert httpx2.get(url.replace("/readyz", "/healthz"), timeout=60).status_code == 200
        left = process.children()
        process.terminate()
        assert process.wait(30) == 0
        assert not any(child.is_running() for child in left)


def test_numbers_are_counted_where_the_operator_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIME_METRICS_PORT", str(free_port()))
    folder = tmp_path / "numbers"
    folder.mkdir()
    with running("web", "--metrics-folder", str(folder)) as (process, url):
        wait_until_it_answers(url)
        assert list(folder.glob("animegan-metrics-*/counter_*.db"))
        process.terminate()
        assert process.wait(30) == 0
    assert list(folder.iterdir()) == []


def test_a_folder_for_numbers_must_be_there(tmp_path: Path) -> None:
    with running("web", "--metrics-folder", str(tmp_path / "none")) as (process, _):
        assert process.wait(30) == 2
