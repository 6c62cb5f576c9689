"""A folder with what a function finds on Lambda: its locked packages, and Lambda's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from scripts.cloud.steps import CannotGoOn
from scripts.cloud.tools import find_python

ROOT: Final = Path(__file__).parents[2]
_LOCKS: Final = ROOT / "requirements"
# It comes in sam's wheel; none of sam's own code is run.
_EMULATOR: Final = "samcli/local/rapid/aws-lambda-rie-x86_64"


@dataclass(frozen=True, slots=True)
class Runtime:
    """How a handler is started: interpreter, folders of modules in order, and the emulator."""

    python: Path
    modules: tuple[Path, ...]
    emulator: Path


class Runtimes:
    """Builds runtimes below ``folder``, for an interpreter."""

    def __init__(self, folder: Path, python: Path) -> None:
        self._folder = folder
        self._python = python
        here = ROOT / ".uv/bin/uv"
        found = str(here) if here.exists() else shutil.which("uv")
        if found is None:
            raise SystemExit("uv is missing: `make setup` brings it")
        self._uv = found
        self._emulator = self._install("emulator", python, "-c", "sam.txt", "aws-sam-cli")
        self._client = self._install("client", python, "--require-hashes", "-r", "runtime.txt")

    def of_function(self, name: str) -> Runtime:
        """The function's own packages come before those that Lambda has."""
        lock = ROOT / f"functions/{name}/requirements.txt"
        packages = self._install(name, self._python, "--require-hashes", "-r", str(lock))
        code = (ROOT / f"functions/{name}", ROOT / "layers/shared")
        return Runtime(self._python, (*code, packages, self._client), self._emulator / _EMULATOR)

    def of_torch(self) -> Runtime | None:
        """This repository's training environment; ``None`` if torch isn't there."""
        python = ROOT / ".venv-train/bin/python"
        if not python.exists() or _fails(python, "import torch"):
            return None
        client = self._install("for_torch", python, "--require-hashes", "-r", "runtime.txt")
        return Runtime(python, (ROOT, client), self._emulator / _EMULATOR)

    def _install(self, name: str, python: Path, *what: str) -> Path:
        target = self._folder / name
        command = [self._uv, "pip", "install", "--quiet", "--compile-bytecode", "--no-deps"]
        command += ["--python", str(python), "--target", str(target), *what]
        subprocess.run(command, check=True, cwd=_LOCKS)  # noqa: S603
        return target


def lambda_python() -> Path:
    """Lambda's version of Python if this machine has it, else the one that runs this."""
    try:
        return find_python("3.12")
    except CannotGoOn:
        return Path(sys.executable)


def _fails(python: Path, code: str) -> bool:
    done = subprocess.run([python, "-c", code], capture_output=True, check=False)  # noqa: S603
    return done.returncode != 0
