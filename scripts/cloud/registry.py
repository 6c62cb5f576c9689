"""A container registry on this machine, for an emulator that pulls what it runs."""

from __future__ import annotations

import shutil
import urllib.request
from typing import Final

from scripts.cloud.shell import WORK, Daemon
from scripts.cloud.steps import CannotGoOn

ADDRESS: Final = "localhost:5000"
_CONFIGURATION: Final = """\
version: 0.1
storage: {{ filesystem: {{ rootdirectory: {folder} }} }}
http: {{ addr: "127.0.0.1:5000" }}
"""


def start() -> Daemon:
    """Start Debian's registry.

    Raises:
        CannotGoOn: it isn't installed, or doesn't start.
    """
    if shutil.which("docker-registry") is None:
        raise CannotGoOn("docker-registry is not installed; Debian has a package of that name")
    file = WORK / "registry.yml"
    file.write_text(_CONFIGURATION.format(folder=WORK / "registry"))
    registry = Daemon("registry")
    registry.start("docker-registry", "serve", file, ready=_is_ready)
    return registry


def _is_ready() -> bool:
    try:
        with urllib.request.urlopen(f"http://{ADDRESS}/v2/", timeout=2):
            return True
    except OSError:
        return False
