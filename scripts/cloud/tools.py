"""Programs of others, in virtual environments of their own under ``.cloud/``."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from scripts.cloud.shell import ROOT, WORK, run
from scripts.cloud.steps import CannotGoOn

_UV: Final = ROOT / ".uv/bin/uv"
_PREFIX: Final = "import sys; print(sys.base_prefix)"


def find_python(version: str) -> Path:
    """A Python of this version, e.g. "3.12", on PATH or installed by pyenv.

    Raises:
        CannotGoOn: there is none.
    """
    name = f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    found = [Path(path) for path in (shutil.which(name),) if path]
    found += sorted(pyenv.glob(f"{version}.*/bin/{name}"), reverse=True)
    for python in found:
        # A shim of pyenv is on PATH whether it leads to a Python or not.
        if subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0:  # noqa: S603
            return python
    raise CannotGoOn(f"Python {version} is needed, on PATH as {name} or from pyenv, and is missing")


def prefix_of(python: Path) -> Path:
    """The folder that a Python is installed in."""
    return Path(run(python, "-c", _PREFIX).strip())


def install(name: str, python: Path) -> Path:
    """The programs of ``requirements/<name>.txt``; quick if they are there already.

    Returns:
        The folder that they lie in.
    """
    folder = WORK / name
    # `sam build` calls the pip beside it.
    run(_UV, "venv", "--quiet", "--allow-existing", "--seed", "--python", python, folder)
    locked = ROOT / "requirements" / f"{name}.txt"
    run(_UV, "pip", "sync", "--quiet", "--require-hashes", "--python", folder, locked)
    return folder / "bin"
