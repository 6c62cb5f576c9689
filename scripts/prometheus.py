"""``python -m scripts.prometheus``: has Prometheus and promtool on this machine."""

from __future__ import annotations

import shutil
import sys

from scripts import debian
from scripts.cloud.steps import CannotGoOn


def provide() -> None:
    """Install them, if they are missing and this can be done here.

    Raises:
        CannotGoOn: they are not there, and can't be installed.
    """
    if shutil.which("promtool") is None and debian.can_install():
        debian.install("prometheus")
    if shutil.which("promtool") is None:
        raise CannotGoOn(
            "promtool is not there: install Prometheus, or run `make prometheus` as root on "
            "Debian, where it is installed"
        )


if __name__ == "__main__":
    try:
        provide()
    except CannotGoOn as error:
        sys.exit(str(error))
