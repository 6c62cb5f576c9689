"""One engine at one size, in a process of its own, so that its peak memory is its own."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.engines.registry import find_engine
from bench.process import allow_more, peak_mib

_WARM_UP_SECONDS = 2
_SMALL = (64, 64, 3)


@dataclass(frozen=True, slots=True)
class Task:
    """What a child is asked to do.

    Attributes:
        engine: its id.
        folder: what ``bench.prepare`` filled.
        photos: files of RGB ``uint8[H, W, 3]`` arrays; the first is timed.
        paintings: where to keep what is made of each; nothing is kept if there are none.
        threads: to run on.
        most_runs: this many are timed, fewer if ``enough_seconds`` are over before, at least one.
        enough_seconds: see above.
        warms: paint at full size for a while before.
        room_mib: how much memory it may take beyond its own start.
    """

    engine: str
    folder: str
    photos: tuple[str, ...]
    paintings: tuple[str, ...]
    threads: int
    most_runs: int
    enough_seconds: float
    warms: bool
    room_mib: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child found.

    Attributes:
        seconds: of each timed run.
        peak_mib: of the process.
        version: of the engine.
    """

    seconds: list[float]
    peak_mib: float
    version: str


def measure(task: Task) -> Answer:
    """Load, warm up, time, and paint what the fidelity is measured on."""
    engine = find_engine(task.engine).load(Path(task.folder), task.threads)
    photo = np.load(task.photos[0])
    engine.paint(np.zeros(_SMALL, np.uint8))
    allow_more(task.room_mib)
    if task.warms:
        # A short network needs many runs until the system has settled its threads.
        warm = time.perf_counter() + _WARM_UP_SECONDS
        engine.paint(photo)
        while time.perf_counter() < warm:
            engine.paint(photo)
    seconds: list[float] = []
    while not seconds or (len(seconds) < task.most_runs and sum(seconds) < task.enough_seconds):
        start = time.perf_counter()
        painted = engine.paint(photo)
        seconds.append(time.perf_counter() - start)
    peak = peak_mib()
    for index, file in enumerate(task.paintings):
        kept = painted if index == 0 else engine.paint(np.load(task.photos[index]))
        np.save(file, kept)
    return Answer(seconds, peak, engine.version)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Task(**json.loads(sys.argv[1]))))))
