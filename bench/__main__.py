"""``make bench``: torch eager, ONNX Runtime and the bundled student, side by side."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.child import ENGINES

SIDES = (256, 512, 1024)
ROUNDS = 3
RUNS = {256: 7, 512: 5, 1024: 3}
console = Console(width=100)


def child(engine: str, side: int) -> dict[str, Any]:
    """One process of one engine; its peak memory is its own."""
    command = [sys.executable, "-m", "bench.child", engine, str(side), str(RUNS[side])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def first_picture(photo: Path, out: Path) -> float:
    """Seconds from the start of a process to its first picture on disk."""
    command = [sys.executable, "-m", "anime_local", "transform", "--overwrite"]
    start = time.perf_counter()
    subprocess.run([*command, str(photo), str(out)], capture_output=True, check=True)  # noqa: S603
    return time.perf_counter() - start


def main() -> None:
    """Measure in turns, so that a noisy minute hits every engine alike; print medians."""
    seconds: dict[tuple[str, int], list[float]] = {}
    peak: dict[tuple[str, int], float] = {}
    plan = [(e, s) for _ in range(ROUNDS) for s in SIDES for e in ENGINES]
    for engine, side in track(plan, "measuring", console=Console(stderr=True)):
        measured = child(engine, side)
        seconds.setdefault((engine, side), []).extend(measured["seconds"])
        peak[engine, side] = max(peak.get((engine, side), 0), measured["peak"])

    reference = next(iter(ENGINES))
    table = Table(title=f"Whole picture to whole picture, {os.cpu_count()} cores", box=None)
    for heading in ("side", "engine"):
        table.add_column(heading)
    for heading in ("median s", "min", "max", "over torch", "peak MiB"):
        table.add_column(heading, justify="right")
    for side in SIDES:
        base = median(seconds[reference, side])
        for engine in ENGINES:
            times = seconds[engine, side]
            table.add_row(
                str(side),
                engine,
                f"{median(times):.3f}",
                f"{min(times):.3f}",
                f"{max(times):.3f}",
                f"{base / median(times):.1f} x",
                f"{peak[engine, side]:.0f}",
            )
    console.print(table)

    photo = Path("docs/pictures/photo.jpg")
    with tempfile.TemporaryDirectory() as folder:
        times = [first_picture(photo, Path(folder, "anime.png")) for _ in range(5)]
    console.print(
        f"\nProcess start to first picture ({photo}): "
        f"median {median(times):.2f} s, {min(times):.2f} to {max(times):.2f}"
    )


if __name__ == "__main__":
    main()
