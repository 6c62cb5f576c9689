"""``python -m scripts.servers``: has RabbitMQ and Redis for the tests on this machine."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from scripts import debian
from scripts.cloud.steps import CannotGoOn

# The one on PATH is for the system's own broker, and insists on being its user.
_BROKER: Final = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def find_rabbitmq() -> Path:
    """RabbitMQ's program on this machine.

    Raises:
        CannotGoOn: it isn't there.
    """
    if not _BROKER.exists():
        raise CannotGoOn(_missing("rabbitmq-server"))
    return _BROKER


def find_redis() -> Path:
    """Redis's program on this machine.

    Raises:
        CannotGoOn: it isn't there.
    """
    found = shutil.which("redis-server")
    if found is None:
        raise CannotGoOn(_missing("redis-server"))
    return Path(found)


def provide() -> None:
    """Install what is missing, if this can be done here.

    Raises:
        CannotGoOn: a server isn't there, and can't be installed.
    """
    finders: dict[str, Callable[[], Path]] = {
        "rabbitmq-server": find_rabbitmq,
        "redis-server": find_redis,
    }
    missing = [package for package, find in finders.items() if not _there(find)]
    if missing and debian.can_install():
        debian.install(*missing)
    for find in finders.values():
        find()


def _there(find: Callable[[], Path]) -> bool:
    try:
        find()
    except CannotGoOn:
        return False
    return True


def _missing(package: str) -> str:
    return (
        f"{package} isn't installed as Debian's package of this name does it: install it, or run "
        "`make servers` as root on Debian"
    )


if __name__ == "__main__":
    try:
        provide()
    except CannotGoOn as error:
        sys.exit(str(error))
