"""Where a function runs: as a process of this machine, or as a container."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from bench.aws_lambda.emulator import Function
from bench.aws_lambda.runtime import Runtime
from tests.ports import free_port

_AS_ON_LAMBDA: Final = {
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_REGION": "us-east-1",
    "ANIME_PLATFORM": "embedded",
    # A gateway's business there; the library that does it isn't in the function.
    "ANIME_RATE_LIMIT": "",
}


@dataclass(frozen=True, slots=True)
class _Process:
    url: str
    process: psutil.Popen
    log_file: Path

    def log(self) -> str:
        return self.log_file.read_text()

    def statuses(self) -> str:
        (handler,) = self.process.children()
        return Path(f"/proc/{handler.pid}/status").read_text()


@dataclass(frozen=True, slots=True)
class _Container:
    url: str
    container: str

    def log(self) -> str:
        return _docker("logs", self.container)

    def statuses(self) -> str:
        return _docker("exec", self.container, "sh", "-c", "cat /proc/[0-9]*/status 2>/dev/null")


@contextmanager
def in_process(
    runtime: Runtime, handler: str, folder: Path, settings: Mapping[str, str]
) -> Iterator[Function]:
    """The handler as a process, with a new folder below ``folder`` as its disk."""
    port, inner_port = free_port(), free_port()
    disk = Path(tempfile.mkdtemp(dir=folder))
    environment = {
        "HOME": str(disk),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": ":".join(str(each) for each in runtime.modules),
        "ANIME_DATA_DIR": str(disk / "data"),
        **_AS_ON_LAMBDA,
        **settings,
    }
    command = [
        str(runtime.emulator),
        "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
        "--runtime-api-address", f"127.0.0.1:{inner_port}",
        str(runtime.python), "-m", "awslambdaric", handler,
    ]  # fmt: skip
    log_file = disk / "emulator.log"
    with log_file.open("w") as log:
        process = psutil.Popen(
            command, env=environment, cwd=disk, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield Function(_Process(f"http://127.0.0.1:{port}", process, log_file))
    finally:
        for each in (*process.children(recursive=True), process):
            each.kill()
        process.wait()


@contextmanager
def in_container(image: str, models: Path, settings: Mapping[str, str]) -> Iterator[Function]:
    """The image as a container that may write to ``/tmp`` only, as on Lambda."""
    port = free_port()
    inside = {"ANIME_DATA_DIR": "/tmp/data", **_AS_ON_LAMBDA, **settings}  # noqa: S108
    inside["ANIME_MODEL_FOLDER"] = "/mnt/models"
    variables = [part for name, text in inside.items() for part in ("--env", f"{name}={text}")]
    container = _docker(
        "run", "--detach", "--read-only", "--tmpfs", "/tmp",  # noqa: S108
        "--publish", f"127.0.0.1:{port}:8080", "--volume", f"{models}:/mnt/models:ro",
        *variables, image,
    ).strip()  # fmt: skip
    try:
        yield Function(_Container(f"http://127.0.0.1:{port}", container))
    finally:
        _docker("rm", "--force", container)


def _docker(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["docker", *arguments],  # noqa: S607
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0 and arguments[0] != "exec":
        raise RuntimeError(f"docker {arguments[0]}: {done.stdout}")
    return done.stdout
