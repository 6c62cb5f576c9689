"""Every engine at every size, in turns, so that a noisy minute hits all of them alike."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from bench.child import Answer, Task
from bench.engines.registry import ENGINES, TORCH, Engine
from bench.figures import foretold_mib
from bench.process import available_mib
from bench.results import Cell, Results
from bench.sizes import Size, fitted, photos_of
from training.fidelity import measure as fidelity

MOST_RUNS: Final = 7
ENOUGH_SECONDS: Final = 3
# A child that takes longer has no place in a table.
CHILD_SECONDS: Final = 600
# Of what the machine has free, so that nothing swaps.
SHARE_OF_MEMORY: Final = 0.95
_OUT_OF_MEMORY: Final = ("MemoryError", "bad_alloc", "llocate", "out of memory")

# Runs a task in a process of its own; what went wrong is its text.
RunChild: TypeAlias = Callable[[Task], Answer | str]


@dataclass(frozen=True, slots=True)
class Step:
    """One process."""

    engine: Engine
    size: Size
    threads: int
    first_round: bool


def plan(sizes: tuple[Size, ...]) -> Iterator[Step]:
    """All of the first round, then the rest: a run that is cut short has every row."""
    for number in range(max(size.rounds for size in sizes)):
        for size in sizes:
            for threads in size.threads if number < size.rounds else ():
                for engine in ENGINES:
                    yield Step(engine, size, threads, number == 0)


def run_child(task: Task) -> Answer | str:
    """See :data:`RunChild`."""
    command = [sys.executable, "-m", "bench.child", json.dumps(asdict(task))]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=CHILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"takes over {CHILD_SECONDS // 60} minutes"
    if done.returncode == 0:
        return Answer(**json.loads(done.stdout.splitlines()[-1]))
    return why(done.returncode, done.stderr)


def why(code: int, said: str) -> str:
    """What a child that failed is said to have failed of."""
    if any(sign in said for sign in _OUT_OF_MEMORY):
        return "out of memory"
    if code < 0:
        return f"ended by signal {-code}"
    lines = said.strip().splitlines()
    return f"failed: {lines[-1][:60] if lines else f'exit code {code}'}".replace("|", "/")


@dataclass(slots=True)
class Bench:
    """One run of all engines.

    Attributes:
        folder: what ``bench.prepare`` filled; paintings lie there for a while.
        photos: to paint; the first is timed.
        results: gets everything that is found.
        child: runs a task.
        room: MiB that a child may take.
        enough_seconds: of timed runs in one process; 0 is one run.
    """

    folder: Path
    photos: list[Path]
    results: Results
    child: RunChild = run_child
    room: Callable[[], float] = lambda: SHARE_OF_MEMORY * available_mib()
    enough_seconds: float = ENOUGH_SECONDS
    _fitted: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """One step, unless it is known to fail."""
        cell = self._cell(step)
        room = self.room()
        if step.first_round:
            cell.failed = self._foretell(step, room)
        if cell.failed:
            return
        photos = self._photos(step.size)
        paints = step.first_round and step.threads == step.size.threads[-1]
        paintings = self._paintings(step) if paints and self.results.published else ()
        task = Task(
            engine=step.engine.id,
            folder=str(self.folder),
            photos=photos,
            paintings=paintings,
            threads=step.threads,
            most_runs=MOST_RUNS,
            enough_seconds=self.enough_seconds,
            warms=step.size.warms,
            room_mib=room,
        )
        answer = self.child(task)
        if isinstance(answer, str):
            cell.failed = answer
            return
        cell.seconds += answer.seconds
        cell.peak_mib = max(cell.peak_mib, answer.peak_mib)
        self.results.versions[step.engine.id] = answer.version
        if paintings and step.engine is not TORCH:
            self._compare(cell, step)

    def _cell(self, step: Step) -> Cell:
        found = self.results.cell(step.engine.id, step.size.name, step.threads)
        if found is None:
            found = Cell(step.engine.id, step.size.name, step.size.pixels, step.threads)
            self.results.cells.append(found)
        return found

    def _foretell(self, step: Step, room: float) -> str | None:
        """Why the picture won't fit, by the peaks at smaller sizes; ``None`` if it will."""
        if step.engine.tiles:
            return None
        smaller = [
            (cell.pixels, cell.peak_mib)
            for cell in self.results.cells
            if cell.engine == step.engine.id and cell.threads == step.threads and cell.seconds
        ]
        needed = foretold_mib(step.size.pixels, smaller)
        return f"needs about {needed / 1024:.0f} GiB" if needed and needed > room else None

    def _photos(self, size: Size) -> tuple[str, ...]:
        """Files of the photos at this size, made when they are first asked for."""
        if size.name not in self._fitted:
            files = []
            for index, photo in enumerate(photos_of(size, self.photos)):
                files.append(str(self.folder / f"photo_{size.pixels}_{index}.npy"))
                np.save(files[-1], fitted(photo, size))
            self._fitted[size.name] = tuple(files)
        return self._fitted[size.name]

    def _paintings(self, step: Step) -> tuple[str, ...]:
        return tuple(_painting(photo, step.engine) for photo in self._photos(step.size))

    def _compare(self, cell: Cell, step: Step) -> None:
        """Fidelity to what torch made of the same photos, if it could."""
        for photo, painting in zip(self._photos(step.size), self._paintings(step), strict=True):
            teacher = Path(_painting(photo, TORCH))
            if teacher.exists():
                measured = fidelity(np.load(photo), np.load(painting), np.load(teacher))
                cell.psnr.append(measured.psnr)
                cell.ssim.append(measured.ssim)
            Path(painting).unlink()


def _painting(photo: str, engine: Engine) -> str:
    """Where an engine keeps what it makes of a photo's file."""
    file = Path(photo)
    return str(file.with_name(file.name.replace("photo", engine.id)))


def prepare(folder: Path, weights: Path | None) -> None:
    """Fill the folder with the model in every format."""
    command = [sys.executable, "-m", "bench.prepare", str(folder)]
    if weights is not None:
        command.append(str(weights))
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"bench.prepare: {done.stderr[-2000:]}")


def first_picture(photo: Path) -> float:
    """Seconds from the start of a process to its first picture on disk."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "anime.png")
        command = [sys.executable, "-m", "anime_local", "transform", str(photo), str(out)]
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True)  # noqa: S603
        return time.perf_counter() - start
