"""The container engine: the one that answers, or Debian's, started here."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from scripts import debian
from scripts.cloud.shell import WORK, Daemon
from scripts.cloud.steps import CannotGoOn

# Of Debian, by their programs.
_ENGINE: Final = {"docker": "docker.io", "dockerd": "docker.io", "iptables": "iptables"}
_HELPERS: Final = {"docker-registry": "docker-registry", "mmdebstrap": "mmdebstrap"}
_SOCKET: Final = Path("/var/run/docker.sock")


def answers() -> bool:
    """Whether an engine is there."""
    if shutil.which("docker") is None:
        return False
    asked = ["docker", "version"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603


def install() -> None:
    """Install what is missing from Debian: an engine, a registry, what makes a base image.

    Elsewhere an engine is enough, if it can pull AWS's image.

    Raises:
        CannotGoOn: there is no engine, and this isn't Debian, or we aren't root.
    """
    there = answers()
    wanted = _HELPERS if there else _ENGINE | _HELPERS
    missing = {package for program, package in wanted.items() if shutil.which(program) is None}
    if not missing:
        return
    if debian.can_install():
        debian.install(*sorted(missing))
    elif not there:
        raise CannotGoOn(
            "no container engine answers: start Docker, or run this as root on Debian, where it "
            "is installed"
        )


def start() -> Daemon | None:
    """Start the engine; ``None`` if one runs.

    Raises:
        CannotGoOn: it doesn't start.
    """
    if answers():
        return None
    if os.geteuid() != 0:
        raise CannotGoOn("no container engine answers, and only root can start one")
    engine = Daemon("engine")
    engine.start(
        "dockerd",
        *("--host", f"unix://{_SOCKET}"),
        *("--data-root", str(WORK / "docker")),
        *("--exec-root", str(WORK / "docker-run")),
        *("--pidfile", str(WORK / "docker.pid")),
        ready=answers,
    )
    return engine
