"""The stack of ``make compose-test``: beside one that may run here, under a name of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from scripts import debian
from scripts.cloud.shell import WORK, run
from scripts.cloud.steps import CannotGoOn
from scripts.compose import environment

PROJECT: Final = "animegan-test"
SERVICES: Final = ("web", "inference", "prometheus")
BROKERS: Final = ("rabbitmq", "redis")
# Of the inference function.
CONTAINERS: Final = 2
_LABEL: Final = f"label=com.docker.compose.project={PROJECT}"
_FOLDER: Final = WORK / "compose"
# The builder that every engine has, and a free port in place of one that may be taken.
_VARIABLES: Final = {"DOCKER_BUILDKIT": "0", "TAG": "test", "WEB_PORT": "0"}


@dataclass(frozen=True, slots=True)
class Stack:
    """The services of ``compose.yaml``, under Compose v2 or v1.

    Attributes:
        images: the variables that say what it starts from.
        brokers: whether RabbitMQ and Redis take the place of SQLite, by ``brokers.yaml``.

    Raises:
        CannotGoOn: from every method, if Compose fails.
    """

    images: Mapping[str, str]
    brokers: bool = False

    def compose(self, *command: str, seconds: float = 120) -> str:
        """What Compose prints; ``seconds`` is how long it may take."""
        _FOLDER.mkdir(parents=True, exist_ok=True)
        environment.write(_FOLDER)
        names = ("compose.yaml", "brokers.yaml") if self.brokers else ("compose.yaml",)
        files = [part for name in names for part in ("--file", str(environment.FOLDER / name))]
        return run(
            *(*_program(), "--project-name", PROJECT, *files),
            *("--env-file", str(_FOLDER / ".env"), *command),
            environment={**_VARIABLES, "ANIME_ENV_FILE": str(_FOLDER / "anime.env"), **self.images},
            seconds=seconds,
        )

    def build(self) -> None:
        """Build both images."""
        self.compose("build", "web", "inference", seconds=900)

    def up(self) -> None:
        """Start all of it, the inference function more than once."""
        services = SERVICES + BROKERS if self.brokers else SERVICES
        self.compose("up", "--detach", "--scale", f"inference={CONTAINERS}", *services)

    def down(self) -> None:
        """End it, and delete what it keeps.

        Raises:
            CannotGoOn: something is left, too.
        """
        self.compose("down", "--volumes", "--remove-orphans")
        left = {
            kind: found
            for kind in ("container", "network", "volume")
            if (found := run("docker", kind, "ls", "--quiet", "--filter", _LABEL).split())
        }
        if left:
            raise CannotGoOn(f"compose down left {left}")

    def logs(self) -> str:
        """What all of it said so far."""
        return self.compose("logs", "--no-color")


def install() -> None:
    """Install Debian's Compose where there is none.

    Raises:
        CannotGoOn: there is none, and this isn't Debian, or we aren't root.
    """
    try:
        _program()
    except CannotGoOn:
        if not debian.can_install():
            raise
        debian.install("docker-compose")


def containers(service: str) -> list[dict[str, Any]]:
    """The running containers of a service, as ``docker inspect`` shows them."""
    of_service = f"label=com.docker.compose.service={service}"
    listed = run("docker", "ps", "--quiet", "--filter", _LABEL, "--filter", of_service).split()
    shown: list[dict[str, Any]] = json.loads(run("docker", "inspect", *listed)) if listed else []
    return shown


def _program() -> tuple[str, ...]:
    asked = ["docker", "compose", "version"]
    if subprocess.run(asked, capture_output=True, check=False).returncode == 0:  # noqa: S603
        return ("docker", "compose")
    if shutil.which("docker-compose") is None:
        raise CannotGoOn("Docker Compose is not installed")
    return ("docker-compose",)
