"""``python -m scripts.browser``: has a browser for tests/browser on this machine."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

from scripts import debian
from scripts.cloud.steps import CannotGoOn

_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
# The page speaks Chinese, too; without such a font, screenshots of it show boxes.
_FONT: Final = Path("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")


def find_browser() -> str:
    """Path of a Chromium on this machine.

    Raises:
        CannotGoOn: there is none.
    """
    found = _found()
    if found is None:
        raise CannotGoOn(
            "no browser is there: install Chromium or Google Chrome, so that it is on PATH as "
            f"{', '.join(_PROGRAMS)}, or run `make browser-test` as root on Debian, where it is "
            "installed"
        )
    return found


def provide() -> None:
    """Install a browser and a font, if they are missing and this can be done here.

    Raises:
        CannotGoOn: there is no browser, and it can't be installed.
    """
    there = {"chromium": _found() is not None, "fonts-wqy-microhei": _FONT.exists()}
    missing = [package for package in there if not there[package]]
    if missing and debian.can_install():
        debian.install(*missing)
    find_browser()


def _found() -> str | None:
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


if __name__ == "__main__":
    try:
        provide()
    except CannotGoOn as error:
        sys.exit(str(error))
