"""``make bench``: this app against torch, ONNX Runtime, OpenVINO and ncnn, as one report.

Prints the tables, and writes them and a plot into the documents.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from bench.machine import describe
from bench.measure import Bench, first_picture, plan, prepare
from bench.plot import draw
from bench.report import in_document, report
from bench.results import Results, load_results
from bench.sizes import QUICK_SIZES, SIZES, scenes

DOCUMENT = Path("docs/benchmarks.md")
PLOT = Path("docs/pictures/benchmarks.svg")
FIRST_PHOTO = Path("docs/pictures/photo.jpg")
FIRST_RUNS = 5
WORK = Path(".bench/report")
QUICK_WORK = Path(".bench/quick")
KEPT = "results.json"


def measure(
    work: Path, weights: Path | None, photos: list[Path], minutes: float, *, quick: bool
) -> Results:
    """All of it; after so many minutes only what has no result yet."""
    results = Results(
        machine=describe(), photos=[photo.stem for photo in photos], published=weights is not None
    )
    end = time.monotonic() + 60 * minutes
    prepare(work, weights)
    bench = Bench(work, photos, results)
    if quick:
        bench.enough_seconds = 0
    steps = list(plan(QUICK_SIZES if quick else SIZES))
    for step in track(steps, "measuring", console=Console(stderr=True)):
        if step.first_round or time.monotonic() < end:
            bench.take(step)
    runs = 1 if quick else FIRST_RUNS
    results.first_picture = [first_picture(FIRST_PHOTO) for _ in range(runs)]
    for file in work.glob("*.npy"):
        file.unlink()
    return results


def write(results: Results, document: Path, plot: Path) -> str:
    """The plot, and the document from its own words; returns what stands between its marks."""
    measured = report(results)
    draw(results, plot)
    link = os.path.relpath(plot, document.parent)
    picture = f"![Seconds and peak memory of each engine over megapixels]({link})\n\n"
    document.write_text(in_document(DOCUMENT.read_text(), picture + measured))
    return measured


def main(
    weights: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the published hayao.npz; random weights if not given.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    photos: Annotated[
        Path | None,
        typer.Option(
            "--scenes",
            help="Folder of more photos for the fidelity.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Two tiny sizes, one round, beside the document.")
    ] = False,
    minutes: Annotated[
        float, typer.Option(help="After these, only what has no result yet is measured.")
    ] = 24,
    again: Annotated[
        Path | None, typer.Option(help="A results.json to report anew; measures nothing.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option(help="Folder for models in each format, and for the results.")
    ] = None,
) -> None:
    """Measure every engine, print the tables, write docs/benchmarks.md and its plot.

    Each measurement is a process of its own; the engines take turns. A picture that won't fit
    into this machine's memory isn't tried.
    """
    folder = work or (QUICK_WORK if quick else WORK)
    folder.mkdir(parents=True, exist_ok=True)
    if again is not None:
        results = load_results(again)
    else:
        results = measure(folder, weights, scenes(photos), minutes, quick=quick)
        results.save(folder / KEPT)
    document, plot = DOCUMENT, PLOT
    if quick:
        document, plot = folder / DOCUMENT.name, folder / PLOT.name
    print(write(results, document, plot))


if __name__ == "__main__":
    typer.run(main)
