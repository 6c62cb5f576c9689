"""``python -m scripts.compose``: what ``make compose-test`` calls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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
    try:
        with steps.step("compose up"):
            stack.up()
        with steps.step("tests/compose"):
            _pytest()
    finally:
        (WORK / "log").mkdir(exist_ok=True)
        (WORK / "log/compose.log").write_text(stack.logs())
        if keep:
            say("left running; the next run ends it first")
        else:
            with steps.step("compose down"):
                stack.down()


def _pytest() -> None:
    command = [sys.executable, "-m", "pytest", "--durations=5", "tests/compose"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, check=False)  # noqa: S603
    if done.returncode:
        raise CannotGoOn(f"tests/compose: failed; logs are in {WORK / 'log/compose.log'}")


if __name__ == "__main__":
    typer.run(main)
