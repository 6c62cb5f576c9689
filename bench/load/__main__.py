"""Measure the monolith and the pair, one after the other, and print them side by side."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import httpx2
import psutil
import typer
from rich.console import Console

from bench.load.crowd import Crowd, Load, Measured
from bench.load.paths import through_job, through_upload
from bench.load.table import table_of
from tests.local.served import served

_START_SECONDS = 60
console = Console(stderr=True)


@contextmanager
def monolith(port: int) -> Iterator[tuple[str, psutil.Process]]:
    """The monolith, as a process of its own."""
    process = psutil.Popen(
        [sys.executable, "-m", "bench.load.monolith", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + _START_SECONDS
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit("the monolith doesn't start; is the port taken?")
            time.sleep(0.1)
        yield url, process
    finally:
        process.kill()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz", trust_env=False).is_success
    except httpx2.TransportError:
        return False


def main(
    clients: Annotated[int, typer.Option(min=1, help="How many send photos at once.")] = 30,
    seconds: Annotated[float, typer.Option(min=1, help="For how long they send.")] = 60,
    size: Annotated[int, typer.Option(min=32, help="Width and height of the photos.")] = 512,
    drain: Annotated[float, typer.Option(help="Seconds until a photo counts as lost.")] = 180,
    port: Annotated[int, typer.Option(help="Of the monolith.")] = 8011,
) -> None:
    """One client after the other sends photos, each waits for its picture."""
    load = Load(clients, seconds, drain, size)
    measured: dict[str, Measured] = {}
    if importlib.util.find_spec("torch") is None:
        console.print("The monolith needs torch, which isn't here: the pair is measured alone.")
    else:
        console.print("The monolith: Flask and torch in one process")
        with monolith(port) as (url, process):
            measured["monolith"] = asyncio.run(Crowd(url, process, through_upload, load).run())
    console.print("The pair: animegan serve")
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder, "data"), rate_limit="") as server,
    ):
        crowd = Crowd(server.url, server.process, through_job, load)
        measured["pair"] = asyncio.run(crowd.run())
    print(f"{clients} clients, {size} x {size} photos, {seconds:.0f} s, {os.cpu_count()} cores\n")
    Console(width=100).print(table_of(measured))


if __name__ == "__main__":
    typer.run(main)
