"""The embedded platform in several processes, some of which are killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from anime_shared.composition import open_platform
from anime_shared.jobs import Upload
from anime_shared.settings import PlatformSettings

Process = subprocess.Popen[str]
Start = Callable[[str], Process]
_PREAMBLE = """
import sys, time
from pathlib import Path
from anime_shared.composition import open_platform
from anime_shared.settings import PlatformSettings
settings = PlatformSettings(data_dir=Path(sys.argv[1]), visibility_timeout=1)
"""


@pytest.fixture
def settings(tmp_path: Path) -> PlatformSettings:
    return PlatformSettings(data_dir=tmp_path / "var", visibility_timeout=1)


@pytest.fixture
def start(settings: PlatformSettings) -> Iterator[Start]:
    """Starts a process that runs a script; none of them outlives the test."""
    processes: list[Process] = []

    def start(script: str) -> Process:
        command = [sys.executable, "-uc", _PREAMBLE + textwrap.dedent(script)]
        process = subprocess.Popen(
            [*command, str(settings.data_dir)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        with process:
            process.kill()


def line_of(process: Process) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def rest_of(process: Process) -> list[str]:
    assert process.stdout is not None
    return process.stdout.read().split()


def go_on(process: Process) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_processes_that_open_a_new_folder_at_once_share_it(
    start: Start, settings: PlatformSettings
) -> None:
    script = """
        print("ready")
        sys.stdin.readline()
        platform = open_platform(settings)
        platform.jobs.send(["job"])
        print((settings.data_dir / "secret").read_bytes().hex())
    """
    processes = [start(script) for _ in range(4)]
    assert [line_of(process) for process in processes] == ["ready"] * 4
    for process in processes:
        go_on(process)
    secrets = {line_of(process) for process in processes}
    assert len(secrets) == 1
    assert open_platform(settings).jobs.depth() == 4


def test_two_processes_get_each_message_once(start: Start, settings: PlatformSettings) -> None:
    bodies = [f"job-{number}" for number in range(500)]
    jobs = open_platform(settings).jobs
    jobs.send(bodies)
    # A process that is held up for a second must not lose its message to the other one here.
    script = """
        jobs = open_platform(settings.model_copy(update={"visibility_timeout": 60})).jobs
        message = jobs.receive(5)
        print(message.body)
        sys.stdin.readline()
        while message is not None:
            jobs.delete(message)
            time.sleep(0.001)
            message = jobs.receive(0)
            print(message.body if message else "")
    """
    consumers = [start(script) for _ in range(2)]
    first = [line_of(consumer) for consumer in consumers]
    for consumer in consumers:
        go_on(consumer)
    rest = [body for consumer in consumers for body in rest_of(consumer)]
    assert sorted(first + rest) == sorted(bodies)
    assert jobs.depth() == 0


def test_a_message_comes_back_from_a_killed_process(
    start: Start, settings: PlatformSettings
) -> None:
    jobs = open_platform(settings).jobs
    jobs.send(["job"])
    worker = start("print(open_platform(settings).jobs.receive(5).body); time.sleep(60)")
    assert line_of(worker) == "job"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert jobs.receive(0) is None
    message = jobs.receive(5)
    assert message is not None
    assert (message.body, message.delivery_count) == ("job", 2)


def test_what_a_killed_process_has_written_is_there(
    start: Start, settings: PlatformSettings
) -> None:
    writer = start("""
        platform = open_platform(settings)
        for number in range(10**6):
            platform.jobs.send([str(number)])
            platform.uploads.put(str(number), b"data", "image/png")
            print(number)
    """)
    for _ in range(50):
        line_of(writer)
    writer.send_signal(signal.SIGKILL)
    written = 50 + len(rest_of(writer))
    platform = open_platform(settings)
    # The one in hand may be written, too.
    assert platform.jobs.depth() in (written, written + 1)
    assert platform.uploads.get(str(written - 1)) == b"data"


def test_a_restart_keeps_everything(settings: PlatformSettings) -> None:
    upload = Upload(
        id="u", file_name="a.png", size=3, content_type="image/png", created_at=1, expires_at=2
    )
    before = open_platform(settings)
    before.ledger.add_upload(upload)
    before.results.put("jobs/a", b"data", "image/png")
    before.jobs.send(["job"])
    before.finished.send(["end", "end"])
    del before
    after = open_platform(settings)
    assert after.ledger.upload("u") == upload
    assert after.results.get("jobs/a") == b"data"
    assert (after.jobs.depth(), after.finished.depth()) == (1, 2)
