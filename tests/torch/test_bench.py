"""`make bench QUICK=1` runs to its end, and every engine of the full model paints the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

for module in ("torch", "openvino", "ncnn", "pnnx", "matplotlib"):
    pytest.importorskip(module, reason="installed by make test-torch")

from bench.child import Answer, Task  # noqa: E402
from bench.engines.registry import ENGINES, TORCH, Engine  # noqa: E402
from bench.measure import run_child  # noqa: E402
from bench.results import load_results  # noqa: E402
from tests.pictures import gradient  # noqa: E402
from training.fidelity import measure  # noqa: E402

pytestmark = pytest.mark.torch
DOCUMENT = Path("docs/benchmarks.md")
FULL = [engine for engine in ENGINES if engine is not TORCH and engine.id != "student"]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the short form has run."""
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "bench", "--quick", "--work", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert TORCH.title in done.stdout
    return folder


def painting(engine: Engine, work: Path, photo: Path) -> np.ndarray:
    """What an engine makes of a photo's file, in a process of its own."""
    file = work / f"{engine.id}.painted.npy"
    answer = run_child(
        Task(
            engine=engine.id,
            folder=str(work),
            photos=(str(photo),),
            paintings=(str(file),),
            threads=1,
            most_runs=2,
            enough_seconds=60,
            warms=False,
            room_mib=4096,
        )
    )
    assert isinstance(answer, Answer), answer
    assert len(answer.seconds) == 2
    painted: np.ndarray = np.load(file)
    return painted


def test_every_engine_has_a_result_at_every_size(work: Path) -> None:
    results = load_results(work / "results.json")
    assert [(cell.engine, cell.size) for cell in results.cells if not cell.seconds] == []
    assert {cell.engine for cell in results.cells} == {engine.id for engine in ENGINES}
    assert results.first_picture
    # The weights are random.
    assert not any(cell.psnr for cell in results.cells)


def test_document_and_plot_are_beside_the_committed_ones(work: Path) -> None:
    written = (work / DOCUMENT.name).read_text()
    before, _, after = DOCUMENT.read_text().partition("<!-- measured -->")
    assert written.startswith(before)
    assert written.endswith(after.partition("<!-- /measured -->")[2])
    assert f"]({DOCUMENT.stem}.svg)" in written
    plot = work / f"{DOCUMENT.stem}.svg"
    text = "".join(ET.parse(plot).getroot().itertext())  # noqa: S314
    assert all(engine.title in text for engine in ENGINES)


def test_the_same_results_are_the_same_bytes(work: Path, tmp_path: Path) -> None:
    results = str(work / "results.json")
    command = [sys.executable, "-m", "bench", "--quick", "--work", str(tmp_path)]
    subprocess.run([*command, "--again", results], capture_output=True, check=True)
    for name in (DOCUMENT.name, f"{DOCUMENT.stem}.svg"):
        assert (tmp_path / name).read_bytes() == (work / name).read_bytes()


@pytest.fixture(scope="module")
def photo(work: Path) -> Path:
    """A picture whose sides differ from each other and from what the exports were shown."""
    file = work / "photo.npy"
    np.save(file, gradient(136, 200))
    return file


@pytest.fixture(scope="module")
def teachers(work: Path, photo: Path) -> np.ndarray:
    return painting(TORCH, work, photo)


@pytest.mark.parametrize("engine", FULL, ids=lambda engine: engine.id)
def test_every_engine_of_the_full_model_paints_as_torch(
    engine: Engine, work: Path, photo: Path, teachers: np.ndarray
) -> None:
    found = measure(np.load(photo), painting(engine, work, photo), teachers)
    assert found.psnr > (40 if engine.id == "openvino_default" else 60)


def test_a_child_that_may_take_no_more_memory_says_so(work: Path, photo: Path) -> None:
    task = Task("full", str(work), (str(photo),), (), 1, 1, 1, warms=False, room_mib=1)
    assert run_child(task) == "out of memory"
