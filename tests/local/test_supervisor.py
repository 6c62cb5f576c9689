"""The supervisor, with stand-ins for what it keeps running."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from anime_local.supervisor import Supervisor
from tests.families import kill_family
from tests.local.stand_in import child

ROOT = Path(__file__).parents[2]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(ROOT)
    file = tmp_path / "log"
    file.touch()
    return file


def told(log: Path, temper: str) -> list[tuple[float, str]]:
    """What a child wrote, and when."""
    lines = [line.split(" ", 2) for line in log.read_text().splitlines()]
    return [(float(when), what) for when, who, what in lines if who == temper]


def until(true: Callable[[], object], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def test_a_child_that_dies_starts_again_ever_later_and_the_others_run_on(log: Path) -> None:
    supervisor = Supervisor([child("crashing", log), child("tidy", log)])

    async def run() -> None:
        async with supervisor.running():
            await asyncio.to_thread(until, lambda: len(told(log, "crashing")) == 4)

    asyncio.run(run())
    first, second, third, fourth = (when for when, _ in told(log, "crashing"))
    assert 0.2 < second - first < third - second < fourth - third < 2
    assert supervisor.deaths == {"crashing": "ended with code 3"}
    start, *end = [what for _, what in told(log, "tidy")]
    assert start.endswith(" tidy")
    assert end == [f"signal {signal.SIGTERM:d}", "end"]


def test_a_child_that_had_settled_starts_again_soon(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anime_local.supervisor.SETTLED", 0)

    async def run() -> None:
        async with Supervisor([child("crashing", log)]).running():
            await asyncio.to_thread(until, lambda: len(told(log, "crashing")) == 4)

    asyncio.run(run())
    starts = [when for when, _ in told(log, "crashing")]
    assert starts[-1] - starts[0] < 2


def test_no_connection_is_refused_while_a_child_starts_again(log: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    serving = child("serving", log)
    number = listener.fileno()
    serving = replace(serving, arguments=(*serving.arguments, str(number)), files=(number,))

    def ask() -> bytes:
        with socket.create_connection(listener.getsockname(), timeout=10) as connection:
            return connection.recv(10)

    async def run() -> list[bytes]:
        async with Supervisor([serving]).running():
            return [await asyncio.to_thread(ask) for _ in range(3)]

    with listener:
        assert asyncio.run(run()) == [b"served"] * 3
    assert len(told(log, "serving")) >= 3


@pytest.fixture
def start(log: Path) -> Iterator[Callable[[float], psutil.Popen]]:
    """Starts a supervisor as the first of a process group; its children run when this returns."""
    started = []

    def run(grace: float) -> psutil.Popen:
        arguments = ("supervisor", str(log), str(grace))
        command = [sys.executable, "-m", "tests.local.stand_in", *arguments]
        process = psutil.Popen(command, process_group=0, stderr=subprocess.DEVNULL)
        started.append(process)
        until(lambda: told(log, "tidy") and told(log, "stubborn"))
        return process

    yield run
    for process in started:
        kill_family(process)


def test_a_stop_waits_for_the_children_and_kills_only_the_stubborn(
    log: Path, start: Callable[[float], psutil.Popen]
) -> None:
    supervisor = start(0.5)
    children = supervisor.children()
    supervisor.terminate()
    assert supervisor.wait(5) == 0
    assert [what for _, what in told(log, "tidy")][1:] == ["signal 15", "end"]
    assert [what for _, what in told(log, "stubborn")][1:] == ["signal 15"]
    assert not any(process.is_running() for process in children)


def test_ctrl_c_reaches_children_through_the_supervisor_alone_and_twice_kills(
    log: Path, start: Callable[[float], psutil.Popen]
) -> None:
    supervisor = start(60)
    os.killpg(supervisor.pid, signal.SIGINT)
    until(lambda: len(told(log, "tidy")) == 3 and len(told(log, "stubborn")) == 2)
    assert [what for _, what in told(log, "tidy")][1:] == ["signal 15", "end"]
    assert supervisor.is_running()
    os.killpg(supervisor.pid, signal.SIGINT)
    assert supervisor.wait(5) == 0
    assert [what for _, what in told(log, "stubborn")][1:] == ["signal 15"]


def test_children_end_with_a_supervisor_that_was_killed(
    log: Path, start: Callable[[float], psutil.Popen]
) -> None:
    supervisor = start(0.5)
    children = supervisor.children()
    supervisor.kill()
    _, alive = psutil.wait_procs(children, timeout=5)
    assert len(children) == 2
    assert not alive
    assert [what for _, what in told(log, "tidy")][1:] == ["signal 15", "end"]
