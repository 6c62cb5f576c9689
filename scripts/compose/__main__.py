"""``python -m scripts.compose``: what ``make compose-test`` calls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from typing import Annotated

import typer

from scripts.cloud import engine
from scripts.cloud.shell import ROOT, WORK
from scripts.cloud.steps import CannotGoOn, Steps, say
from scripts.compose import images
from scripts.compose.stack import Stack, install


def main(
    *,
    keep: Annotated[bool, typer.Option(envvar="KEEP", help="Leave it running.")] = False,
) -> None:
    """Start the stack in containers on this machine, and test it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    WORK.mkdir(exist_ok=True)
    steps = Steps()
    started = None
    try:
        with steps.step("packages of the system"):
            engine.install()
            install()
        with steps.step("container engine"):
            started = engine.start()
        _test(steps, keep)
    except CannotGoOn as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from None
    finally:
        if started is not None and not keep:
            with steps.step("end the engine"):
                started.end()
        steps.summary()


def _test(steps: Steps, keep: bool) -> None:
    with steps.step("base images"):
        stack = Stack(images.provide())
    with steps.step("end what an earlier run left"):
        stack.down()
    with steps.step("compose build"):
        stack.build()
    _test_one(steps, stack, "tests/compose", keep=keep)
    if not keep:
        again = ("tests/compose/test_photos.py", "tests/compose/test_crash.py")
        _test_one(steps, replace(stack, brokers=True), *again)


def _test_one(steps: Steps, stack: Stack, *tests: str, keep: bool = False) -> None:
    kind = "RabbitMQ and Redis" if stack.brokers else "SQLite"
    try:
        with steps.step(f"compose up: {kind}"):
            stack.up()
        with steps.step(f"tests/compose: {kind}"):
            _pytest(*tests)
    finally:
        (WORK / "log").mkdir(exist_ok=True)
        (WORK / "log/compose.log").write_text(stack.logs())
        if keep:
            say("left running; the next run ends it first")
        else:
            with steps.step(f"compose down: {kind}"):
                stack.down()


def _pytest(*tests: str) -> None:
    command = [sys.executable, "-m", "pytest", "--durations=5", *tests]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, check=False)  # noqa: S603
    if done.returncode:
        raise CannotGoOn(f"tests/compose: failed; logs are in {WORK / 'log/compose.log'}")


if __name__ == "__main__":
    typer.run(main)
