"""Debian's packages, for what a test needs of the system."""

from __future__ import annotations

import os
import platform

from scripts.cloud.shell import run


def can_install() -> bool:
    """Whether this is Debian, or a system made of it, and we are root."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return False
    family = (release["ID"], *release.get("ID_LIKE", "").split())
    return "debian" in family and os.geteuid() == 0


def install(*packages: str) -> None:
    """Install packages, and what they can't do without.

    Raises:
        CannotGoOn: it failed.
    """
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", environment=quietly)
    run("apt-get", "install", "-qq", "--no-install-recommends", *packages, environment=quietly)
