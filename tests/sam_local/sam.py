"""``sam local``, as a developer calls it."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2

from tests.ports import free_port

ROOT: Final = Path(__file__).parents[2]
_START_SECONDS: Final = 120
_STOP_SECONDS: Final = 60


def invoke(function: str, event: str) -> dict[str, Any]:
    """What a function answers to one of ``events/``."""
    command = ["sam", "local", "invoke", function, "--config-env", "local"]
    command += ["--event", f"events/{event}.json"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert "errorMessage" not in answer, done.stderr[-4000:]
    return answer


@contextmanager
def api(log: Path) -> Iterator[httpx2.Client]:
    """The API under ``sam local start-api``, while the block lasts."""
    port = free_port()
    command = ["sam", "local", "start-api", "--config-env", "local", "--port", str(port)]
    with (
        log.open("wb") as output,
        subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output) as process,
    ):
        try:
            with httpx2.Client(
                base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False
            ) as client:
                _wait_until_it_answers(client, process, log)
                yield client
        finally:
            # sam takes its containers with it; in the background, Ctrl-C would be ignored.
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _wait_until_it_answers(
    client: httpx2.Client, process: subprocess.Popen[bytes], log: Path
) -> None:
    give_up = time.monotonic() + _START_SECONDS
    while True:
        try:
            client.get("/healthz")
        except httpx2.TransportError:
            assert process.poll() is None, log.read_text()[-4000:]
            assert time.monotonic() < give_up, log.read_text()[-4000:]
            time.sleep(0.5)
        else:
            return
