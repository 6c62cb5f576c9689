"""What was measured, as it is kept on disk between the measuring and the report."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Cell:
    """One engine at one size on so many threads.

    Attributes:
        engine: its id.
        size: its name.
        pixels: of the picture.
        threads: that it ran on.
        seconds: of every timed run of every process.
        peak_mib: the largest of any process.
        failed: in words, if there is no result.
        psnr: decibels to the teacher's painting, a photo each; infinite where they are equal.
        ssim: likewise.
    """

    engine: str
    size: str
    pixels: int
    threads: int
    seconds: list[float] = field(default_factory=list)
    peak_mib: float = 0.0
    failed: str | None = None
    psnr: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Results:
    """All of a run.

    Attributes:
        machine: lines that say where it ran.
        versions: engine id to name and version.
        photos: names of the photos that were painted.
        published: whether the weights are the published ones; if not, no fidelity is measured.
        first_picture: seconds from the start of a process to a picture on disk, of each run.
        cells: in the order of the plan.
    """

    machine: list[str] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=dict)
    photos: list[str] = field(default_factory=list)
    published: bool = False
    first_picture: list[float] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    def cell(self, engine: str, size: str, threads: int) -> Cell | None:
        """The one that was planned so, if any."""
        wanted = (engine, size, threads)
        return next((c for c in self.cells if (c.engine, c.size, c.threads) == wanted), None)

    def sizes(self, threads: int) -> list[str]:
        """Names of those that ran on so many threads, smallest first."""
        return list(dict.fromkeys(c.size for c in self.cells if c.threads == threads))

    def save(self, file: Path) -> None:
        """As JSON."""
        file.write_text(json.dumps(asdict(self), indent=1))


def load_results(file: Path) -> Results:
    """What :meth:`Results.save` wrote."""
    kept = json.loads(file.read_text())
    return Results(**kept | {"cells": [Cell(**cell) for cell in kept["cells"]]})
