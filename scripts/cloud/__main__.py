"""``python -m scripts.cloud``: what ``make cloud-test``, ``sam-local`` and ``cloud-down`` call."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from scripts import browser
from scripts.cloud import base_image, emulator, engine, registry, stack, tools
from scripts.cloud.shell import ROOT, WORK, Daemon
from scripts.cloud.steps import CannotGoOn, Steps, say

app = typer.Typer(help="The whole cloud on one machine.", no_args_is_help=True)


@app.command("test")
def deploy_and_test(
    name: Annotated[emulator.Name, typer.Option("--emulator", envvar="EMULATOR")] = "localemu",
    *,
    keep: Annotated[bool, typer.Option(envvar="KEEP", help="Leave it running.")] = False,
) -> None:
    """Deploy to an emulator, and test what was deployed."""
    with _steps(keep) as steps:
        with steps.step("browser"):
            browser.provide()
        sam = _prepare(steps, "emulator")
        with steps.step("registry"):
            registry.start()
        with steps.step(f"emulator: {name}"):
            running = emulator.start(name)
        with steps.step("push and deploy"):
            stack.deploy(sam, running.environment)
        if keep:
            say("".join(f"export {key}={value}\n" for key, value in running.environment.items()))
        with steps.step("tests/cloud"):
            _pytest("tests/cloud", running.environment)


@app.command()
def local() -> None:
    """Test both functions under `sam local`."""
    with _steps(keep=False) as steps:
        sam = _prepare(steps, "local")
        with steps.step("tests/sam_local"):
            _pytest("tests/sam_local", {"PATH": f"{sam}:{os.environ['PATH']}"})


@app.command()
def down() -> None:
    """End what runs, after KEEP=1 or a run that was killed."""
    _end()


def _prepare(steps: Steps, profile: Literal["emulator", "local"]) -> Path:
    with steps.step("packages of the system"):
        engine.install()
    with steps.step("container engine"):
        engine.start()
    with steps.step("sam and cfn-lint"):
        sam = tools.install("sam", tools.find_python("3.12"))
    with steps.step("base image"):
        base_image.provide(sam)
    with steps.step("lint the template"):
        stack.lint(sam)
    with steps.step("sam build"):
        stack.build(sam, profile)
    return sam


@contextmanager
def _steps(keep: bool) -> Iterator[Steps]:
    """What is started in the block ends with it, whatever happens."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    WORK.mkdir(exist_ok=True)
    steps = Steps()
    with steps.step("end what an earlier run left"):
        _end()
    try:
        yield steps
    except CannotGoOn as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(1) from None
    finally:
        if keep:
            say("left running; `make cloud-down` ends it")
        else:
            with steps.step("end everything"):
                _end()
        steps.summary()


def _end() -> None:
    Daemon("emulator").end()
    if engine.answers():
        emulator.remove_containers()
    Daemon("registry").end()
    Daemon("engine").end()


def _pytest(folder: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "--durations=5", folder]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)  # noqa: S603
    if done.returncode:
        raise CannotGoOn(f"{folder}: failed; logs are in {WORK / 'log'}")


if __name__ == "__main__":
    app()
