"""A copy of the repository that commands may write to, and a server that was started there."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from tests.clips import clip_of, moving
from tests.documents.commands import ROOT
from tests.families import kill_family
from tests.local.served import url_when_ready

_OWN = {".git", ".venv", "var"}
# What the machine that runs the tests has installed is left as it is.
_PRELUDE = """\
make() { command make --old-file=.venv/.ready --old-file=.venv/.browser "$@"; }
"""


class Typed:
    """Types commands in the copy."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self._environment = environment

    def __call__(self, commands: str) -> None:
        """As in a shell that stops at the first one that fails."""
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", _PRELUDE + commands],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=self._environment,
            timeout=120,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository by links, and the photos that the README speaks of."""
    folder = tmp_path_factory.mktemp("repository")
    for entry in ROOT.iterdir():
        if entry.name not in _OWN and not entry.name.endswith("_cache"):
            (folder / entry.name).symlink_to(entry)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "holiday/lake").mkdir(parents=True)
    with Image.open(ROOT / "docs/pictures/photo.jpg") as photo:
        photo.thumbnail((160, 160))
        for name in ("photo.jpg", "group.jpg", "holiday/one.jpg", "holiday/lake/two.jpg"):
            photo.save(folder / name)
    (folder / "cat.gif").write_bytes(clip_of(moving(), "GIF"))
    return folder


@pytest.fixture(scope="module")
def environment(copy: Path) -> dict[str, str]:
    """Of the commands: pictures and styles lie in the copy, and no hook's repository is meant."""
    folders = {"ANIME_DATA_DIR": "var", "ANIME_MODEL_FOLDER": "models"}
    here = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**here, **{name: str(copy / folder) for name, folder in folders.items()}}


@pytest.fixture(scope="module")
def address(copy: Path, environment: dict[str, str]) -> Iterator[str]:
    """Where what ``make run`` has started answers."""
    log = copy / "run.log"
    with log.open("w") as lines:
        process = psutil.Popen(
            ["/bin/bash", "-c", f"{_PRELUDE}make run"],
            cwd=copy,
            env={**environment, "PORT": "0"},
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
        )
    try:
        yield url_when_ready(process, log)
        (server,) = (
            child
            for child in process.children(recursive=True)
            if any(part.endswith("bin/animegan") for part in child.cmdline())
        )
        server.terminate()
        process.wait(60)
    finally:
        kill_family(process)


@pytest.fixture(scope="module")
def typed(copy: Path, environment: dict[str, str]) -> Typed:
    return Typed(copy, environment)
