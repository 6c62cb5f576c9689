"""`make bench` runs every engine in turns, within the machine's memory, and survives a failure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.child import Answer, Task
from bench.engines.registry import ENGINES, STOCK, TORCH
from bench.measure import Bench, plan, why
from bench.results import Results
from bench.sizes import PHOTO, Size

SIZES = (
    Size("16", 16, 16, rounds=2, threads=(1, 2)),
    Size("32", 32, 32, rounds=2),
    Size("64", 64, 64, rounds=1),
)
STUDENT = ENGINES[-1]


class Children:
    """Paint nothing, take memory by the pixel."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.answers: dict[str, str] = {}

    def __call__(self, task: Task) -> Answer | str:
        self.tasks.append(task)
        if task.engine in self.answers:
            return self.answers[task.engine]
        photo = np.load(task.photos[0])
        off = task.engine != TORCH.id
        for file, source in zip(task.paintings, task.photos, strict=bool(task.paintings)):
            np.save(file, np.load(source) // 2 + off)
        return Answer([0.5, 0.7], peak_mib=photo.size, version=f"{task.engine} 1.0")


@pytest.fixture
def children() -> Children:
    return Children()


@pytest.fixture
def bench(tmp_path: Path, children: Children) -> Bench:
    return Bench(tmp_path, [PHOTO], Results(published=True), children, room=lambda: 1e6)


def run(bench: Bench) -> None:
    for step in plan(SIZES):
        bench.take(step)


def test_engines_take_turns_and_the_first_round_has_every_row() -> None:
    steps = list(plan(SIZES))
    count = len(ENGINES)
    assert [step.engine for step in steps[:count]] == list(ENGINES)
    first = [step for step in steps if step.first_round]
    assert steps[: len(first)] == first
    assert {(s.size.name, s.threads) for s in first} == {("16", 1), ("16", 2), ("32", 2), ("64", 2)}
    assert len(steps) == count * (2 * 2 + 2 + 1)


def test_every_run_of_every_round_counts(bench: Bench) -> None:
    run(bench)
    found = bench.results.cell(STOCK.id, "32", 2)
    assert found is not None
    assert found.seconds == [0.5, 0.7] * 2
    assert bench.results.versions[STOCK.id] == f"{STOCK.id} 1.0"
    assert found.ssim == [pytest.approx(1.0, abs=0.01)]
    assert found.psnr == [pytest.approx(10 * np.log10(255**2), abs=0.01)]


def test_random_weights_are_not_compared(bench: Bench, children: Children) -> None:
    bench.results.published = False
    run(bench)
    assert not any(task.paintings for task in children.tasks)
    assert not any(found.psnr for found in bench.results.cells)


def test_what_will_not_fit_is_not_tried(bench: Bench, children: Children) -> None:
    # 64 x 64 x 3 "MiB" by the line through the two smaller sizes, and half of that is free.
    bench.room = lambda: 64 * 64 * 3 / 2
    run(bench)
    stock, student = (bench.results.cell(engine.id, "64", 2) for engine in (STOCK, STUDENT))
    assert stock is not None
    assert stock.failed == "needs about 12 GiB"
    assert student is not None
    assert student.seconds, "it paints in tiles"
    assert not [t for t in children.tasks if t.engine == STOCK.id and "4096" in t.photos[0]]


def test_a_failure_is_a_row_and_is_not_repeated(bench: Bench, children: Children) -> None:
    children.answers[TORCH.id] = "out of memory"
    run(bench)
    found = bench.results.cell(TORCH.id, "16", 2)
    assert found is not None
    assert found.failed == "out of memory"
    assert sum(task.engine == TORCH.id for task in children.tasks) == 4
    # Without the teacher nothing can be compared, but all else is measured.
    other = bench.results.cell(STOCK.id, "16", 2)
    assert other is not None
    assert other.seconds
    assert not other.psnr


@pytest.mark.parametrize(
    ("code", "said", "words"),
    [
        (1, "Traceback\nMemoryError", "out of memory"),
        (-6, "terminate called\n  what():  std::bad_alloc", "out of memory"),
        (1, "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate", "out of memory"),
        (-9, "", "ended by signal 9"),
        (1, "Traceback\nValueError: a | b", "failed: ValueError: a / b"),
        (3, "", "failed: exit code 3"),
    ],
)
def test_a_childs_end_is_put_in_words(code: int, said: str, words: str) -> None:
    assert why(code, said) == words
