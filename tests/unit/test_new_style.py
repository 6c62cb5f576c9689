"""A new style, written into copies of the registry, the cards and the READMEs."""

from __future__ import annotations

import importlib.util
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import onnx
import pytest
import typer
from typer.testing import CliRunner

from anime_inference.adapters.download import git_blob_id
from scripts.new_style.__main__ import MODELS, TEXTS, new_style
from tests.documents.commands import blocks
from tests.weights import npz_of, random_state_dict

ROOT = Path(__file__).parents[2]
# No style of this name stays in the registry, whatever a newcomer adds.
NEW = "nobodys_style"
GUIDE = [
    command
    for block in blocks()
    for command in block.commands
    if block.document == "docs/own-style.md" and "scripts.new_style" in command
]
PUBLISHED = ("--published", f"author/weights@{'c' * 40}:weights/sunset.npz")
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


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """As an author publishes them."""
    file = tmp_path / "sunset.npz"
    file.write_bytes(npz_of(random_state_dict()))
    return file


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
    code, told = run(repository, NEW, file, "--title", "Sunset", "--good-for", subject)
    assert code == 0, told
    style = registry_of(repository, monkeypatch).find_style(NEW)
    assert (style.title, style.good_for, style.bundled.file_name) == (
        "Sunset",
        subject,
        f"{NEW}.onnx",
    )
    assert (repository / MODELS / f"{NEW}.onnx").read_bytes() == file.read_bytes()
    assert f"## `{NEW}`" in (repository / "MODEL_CARD.md").read_text()
    # It stands among the others, and the table is still one.
    for readme in ("README.md", "README.zh-CN.md"):
        lines = (repository / readme).read_text().splitlines()
        row = next(index for index, line in enumerate(lines) if line.startswith(f"| `{NEW}`"))
        assert lines[row].count("|") == lines[row - 1].count("|") == 5
        assert lines[row + 1] == ""
    ruff = [sys.executable, "-m", "ruff", "format", "--check", "--line-length", "100"]
    assert subprocess.run([*ruff, repository / REGISTRY], check=False).returncode == 0


def test_published_weights(
    repository: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titled = ("--title", 'Sunset "at sea"', "--author", "Ann Author", "--no-non-commercial")
    code, told = run(repository, NEW, weights, *titled, *PUBLISHED, "--upsampling", "asymmetric")
    assert code == 0, told
    style = registry_of(repository, monkeypatch).find_style(NEW)
    assert style.bundled is None
    assert (style.title, style.author) == ('Sunset "at sea"', "Ann Author")
    assert style.upsampling == "asymmetric"
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
        ((NEW, CUTE), "its inputs are ['image']"),
        ((NEW, SHINKAI, "--upsampling", "asymmetric"), "upsampling: a student has no choice"),
        ((NEW, SHINKAI, *PUBLISHED, "--upsampling", "asymmetric"), "author: published weights"),
        ((NEW, SHINKAI, *PUBLISHED, "--author", "Ann Author"), "upsampling: published weights"),
        (
            (NEW, SHINKAI, *PUBLISHED, "--author", "Ann", "--upsampling", "asymmetric"),
            "file: not a readable state dict",
        ),
        ((NEW, SHINKAI, "--published", "somewhere"), "is not owner/name@commit:path"),
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


def test_a_student_must_read_the_apps_thumbnail(repository: Path, tmp_path: Path) -> None:
    model = onnx.load(SHINKAI)
    (thumbnail,) = (given for given in model.graph.input if given.name == "thumbnail")
    for place, length in enumerate((1, 3, 128, 128)):
        thumbnail.type.tensor_type.shape.dim[place].dim_value = length
    onnx.save(model, tmp_path / "other.onnx")
    code, told = run(repository, NEW, tmp_path / "other.onnx", "--title", "Sunset")
    assert code == 1
    assert "its thumbnail is (1, 3, 128, 128), the app's is (1, 5, 256, 256)" in told


def test_a_dry_run_writes_nothing(repository: Path) -> None:
    code, told = run(repository, NEW, SHINKAI, "--title", "Sunset", "--dry-run")
    assert code == 0
    assert "would add" in told
    assert not list((repository / MODELS).iterdir())
    assert (repository / REGISTRY).read_text() == (ROOT / REGISTRY).read_text()


def test_the_guide_shows_both_kinds() -> None:
    assert ["--published" in command for command in GUIDE] == [False, True]


@pytest.mark.parametrize("command", GUIDE)
def test_what_the_guide_says_can_be_typed(
    repository: Path, weights: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    _, _, options = command.replace("COMMIT", "c" * 40).partition("scripts.new_style sunset ")
    own = {"sunset.pt": str(weights)}
    code, told = run(repository, NEW, *(own.get(word, word) for word in shlex.split(options)))
    assert code == 0, told
