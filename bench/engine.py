"""``make bench-engine``: how ONNX Runtime's session options change time and memory.

The defaults of ``EngineOptions`` and ``session_options`` are chosen from this table.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import time
from statistics import median

import numpy as np
import onnxruntime as ort
from rich.console import Console
from rich.progress import track
from rich.table import Table

from anime_inference.adapters.model_store import ModelStore
from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE
from anime_inference.settings import Settings
from anime_shared.styles import DEFAULT_STYLE
from bench.process import peak_mib

SIDE = 512
RUNS = 8
ROUNDS = 3
LEVELS = {
    "basic": ort.GraphOptimizationLevel.ORT_ENABLE_BASIC,
    "extended": ort.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
    "all": ort.GraphOptimizationLevel.ORT_ENABLE_ALL,
}
CHOICES = {"threads": ("1", "2"), "arena": ("0", "1"), "level": tuple(LEVELS), "spin": ("0", "1")}


def child(threads: str, arena: str, level: str, spin: str) -> None:
    """Measure one setting and print JSON: seconds to load, of each run, and peak MiB."""
    data = ModelStore(Settings().model_folder).read(DEFAULT_STYLE).data
    options = ort.SessionOptions()
    options.intra_op_num_threads = int(threads)
    options.enable_cpu_mem_arena = arena == "1"
    options.graph_optimization_level = LEVELS[level]
    options.add_session_config_entry("session.intra_op.allow_spinning", spin)
    start = time.perf_counter()
    session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    load = time.perf_counter() - start
    random = np.random.default_rng(0)
    thumbnail = random.uniform(-1, 1, THUMBNAIL_SHAPE).astype(np.float32)
    seconds = []
    for run in range(RUNS):
        # Sizes vary, as photos do.
        side = SIDE - 16 * (run % 4)
        image = random.uniform(-1, 1, (1, 3, side, side)).astype(np.float32)
        start = time.perf_counter()
        session.run(None, {"image": image, "thumbnail": thumbnail})
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"load": load, "seconds": seconds[1:], "peak": peak_mib()}))


def main() -> None:
    """Every combination in turns; medians."""
    seconds: dict[tuple[str, ...], list[float]] = {}
    load: dict[tuple[str, ...], list[float]] = {}
    peak: dict[tuple[str, ...], float] = {}
    combinations = list(itertools.product(*CHOICES.values()))
    plan = [combination for _ in range(ROUNDS) for combination in combinations]
    for combination in track(plan, "measuring", console=Console(stderr=True)):
        command = [sys.executable, "-m", "bench.engine", *combination]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        measured = json.loads(done.stdout)
        seconds.setdefault(combination, []).extend(measured["seconds"])
        load.setdefault(combination, []).append(measured["load"])
        peak[combination] = max(peak.get(combination, 0), measured["peak"])
    table = Table(title=f"Bundled student, about {SIDE} x {SIDE}", box=None)
    for heading in (*CHOICES, "median s", "min s", "load s", "peak MiB"):
        table.add_column(heading, justify="right")
    for combination in sorted(combinations, key=lambda c: median(seconds[c])):
        times = seconds[combination]
        table.add_row(
            *combination,
            f"{median(times):.4f}",
            f"{min(times):.4f}",
            f"{median(load[combination]):.3f}",
            f"{peak[combination]:.0f}",
        )
    Console(width=100).print(table)


if __name__ == "__main__":
    if sys.argv[1:]:
        child(*sys.argv[1:])
    else:
        main()
