"""``python -m scripts.browser``: has a browser for tests/browser on this machine."""

from __future__ import annotations

import shutil
import sys
from typing import Final

from scripts import debian
from scripts.cloud.steps import CannotGoOn

_PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")


def find_browser() -> str:
    """Path of a Chromium on this machine.

    Raises:
        CannotGoOn: there is none.
    """
    found = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None:
        raise CannotGoOn(
            "no browser is there: install Chromium or Google Chrome, so that it is on PATH as "
            f"{', '.join(_PROGRAMS)}, or run `make browser-test` as root on Debian, where it is "
            "installed"
        )
    return found


def main() -> None:
    """Install a browser, if there is none and this can be done here."""
    try:
        if debian.can_install() and not any(map(shutil.which, _PROGRAMS)):
            debian.install("chromium")
        find_browser()
    except CannotGoOn as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
