"""A new style, written into copies of the registry, the cards and the READMEs."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer
from typer.testing import CliRunner

from anime_inference.adapters.download import git_blob_id
from scripts.new_style.__main__ import MODELS, TEXTS, new_style
from tests.weights import npz_of, random_state_dict

ROOT = Path(__file__).parents[2]
SHINKAI = ROOT / MODELS / "shinkai.onnx"
CUTE = ROOT / MODELS / "cute.onnx"
REGISTRY = "layers/shared/anime_shared/styles.py"
app = typer.Typer()
app.command()(new_style)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """What of the repository is written to."""
    for name in TEXTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / MODELS).mkdir(parents=True)
    return tmp_path


def run(repository: Path, *arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*map(str, arguments), "--root", str(repository)])
    return result.exit_code, result.output


def registry_of(repository: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("new_styles", repository / REGISTRY)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "new_styles", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("file", "subject"), [(SHINKAI, "scenery"), (CUTE, "portrait")])
def test_a_bundled_style(
    repository: Path, file: Path, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, told = run(repository, "sunset", file, "--title", "Sunset", "--good-for", subject)
    assert code == 0, told
    style = registry_of(repository, monkeypatch).find_style("sunset")
    assert (style.title, style.good_for, style.bundled.file_name) == (
        "Sunset",
        subject,
        "sunset.onnx",
    )
    assert (repository / MODELS / "sunset.onnx").read_bytes() == file.read_bytes()
    assert "## `sunset`" in (repository / "MODEL_CARD.md").read_text()
    # It stands among the others, and the table is still one.
    for readme in ("README.md", "README.zh-CN.md"):
        lines = (repository / readme).read_text().splitlines()
        row = next(index for index, line in enumerate(lines) if line.startswith("| `sunset`"))
        assert lines[row].count("|") == lines[row - 1].count("|") == 5
        assert lines[row + 1] == ""
    ruff = [sys.executable, "-m", "ruff", "format", "--check", "--line-length", "100"]
    assert subprocess.run([*ruff, repository / REGISTRY], check=False).returncode == 0


def test_published_weights(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "sunset.npz"
    weights.write_bytes(npz_of(random_state_dict()))
    place = f"author/weights@{'c' * 40}:weights/sunset.npz"
    options = ("--title", "Sunset", "--no-non-commercial", "--published", place)
    code, told = run(repository, "sunset", weights, *options)
    assert code == 0, told
    style = registry_of(repository, monkeypatch).find_style("sunset")
    assert style.bundled is None
    (published,) = style.weights
    assert published.repository == "author/weights"
    assert published.git_blob_id == git_blob_id(weights.read_bytes())
    assert style.licence.startswith("MIT")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("hayao", SHINKAI), "id: hayao is taken"),
        (("hayao_64", SHINKAI), "id: hayao_64 is taken"),
        (("Sun set", SHINKAI), "id: 'Sun set' is not"),
        (("sunset", CUTE), "its inputs are ['image']"),
        (
            ("sunset", SHINKAI, "--published", f"author/weights@{'c' * 40}:a.npz"),
            "file: not a readable state dict",
        ),
        (("sunset", SHINKAI, "--published", "somewhere"), "is not owner/name@commit:path"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(
    repository: Path, arguments: tuple[object, ...], reason: str
) -> None:
    code, told = run(repository, *arguments, "--title", "Sunset")
    assert code == 1
    assert reason in told
    for name in TEXTS:
        assert (repository / name).read_text() == (ROOT / name).read_text()


def test_a_dry_run_writes_nothing(repository: Path) -> None:
    code, told = run(repository, "sunset", SHINKAI, "--title", "Sunset", "--dry-run")
    assert code == 0
    assert "would add" in told
    assert not list((repository / MODELS).iterdir())
    assert (repository / REGISTRY).read_text() == (ROOT / REGISTRY).read_text()
