"""A container, asked and looked into from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from scripts.cloud.shell import run
from scripts.compose.stack import containers

_SECONDS_OF: Final = """
import os, pathlib, sys
ticks = 0
for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
    try:
        command = (stat.parent / "cmdline").read_bytes().decode()
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        continue
    if sys.argv[1] in command and "-c" not in command.split("\\0"):
        ticks += int(fields[11]) + int(fields[12])
print(ticks / os.sysconf("SC_CLK_TCK"))
"""


@dataclass(frozen=True, slots=True)
class Container:
    """A running container; ``facts`` are those of ``docker inspect``."""

    facts: dict[str, Any]

    @property
    def id(self) -> str:
        found: str = self.facts["Id"]
        return found

    @property
    def name(self) -> str:
        found: str = self.facts["Name"]
        return found.lstrip("/")

    @property
    def is_healthy(self) -> bool:
        return bool(self.facts["State"].get("Health", {}).get("Status") == "healthy")

    def python(self, code: str, *arguments: str) -> str:
        """What code prints in it."""
        return run("docker", "exec", self.id, "python", "-c", code, *arguments).strip()

    def processor_seconds(self, module: str) -> float:
        """That a module's processes in it have used so far."""
        return float(self.python(_SECONDS_OF, module))


def running(service: str) -> list[Container]:
    """The running containers of a service."""
    return [Container(facts) for facts in containers(service)]
