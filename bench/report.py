"""What was measured as Markdown, and in its place in the document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from bench.engines.registry import ENGINES, STOCK, TORCH, Engine
from bench.figures import decibels, exponent, spread
from bench.results import Cell, Results
from bench.sizes import THREADS

_MARKS: Final = re.compile(r"(?<=<!-- measured -->\n).*(?=<!-- /measured -->)", re.DOTALL)
NOTHING: Final = "-"
_GROWTH: Final = """## Growth

Seconds a megapixel, and the exponent: by what power of the pixels the seconds grow (a straight
line through the logarithms of both)."""
_COMPARED: Final = ("size", "engine", "median s", "min to max", "over torch", "over stock")
_COMPARED_TOO: Final = ("peak MiB", "PSNR, dB", "SSIM")


def in_document(text: str, measured: str) -> str:
    """The document with this between its marks.

    Raises:
        ValueError: it has no marks.
    """
    if not _MARKS.search(text):
        raise ValueError("the document has no <!-- measured --> and <!-- /measured -->")
    return _MARKS.sub(lambda _: measured, text)


def report(results: Results) -> str:
    """Machine, versions and every table."""
    versions = (
        f"- {engine.title}: {results.versions[engine.id]}"
        for engine in ENGINES
        if engine.id in results.versions
    )
    parts = [
        "\n".join(f"- {line}" for line in results.machine),
        "\n".join(versions),
        fidelity_note(results),
        f"## Engines\n\n{THREADS} threads.",
        _table((*_COMPARED, *_COMPARED_TOO), _compared(results)),
        "## Threads",
        _scaling(results),
        _GROWTH,
        _growth(results),
        "## First picture",
        _first(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def fidelity_note(results: Results) -> str:
    """What the figures of fidelity are of, or why there are none."""
    if not results.published:
        return (
            "The weights are random, which takes the same time: fidelity isn't measured "
            "(`WEIGHTS=folder` has the published ones)."
        )
    alone = "; above 512 x 512, of the first alone" if len(results.photos) > 1 else ""
    return (
        "PSNR and SSIM are to the picture that torch paints in float32, of "
        f"{', '.join(results.photos)}{alone}. Where torch has none, there are none."
    )


def _table(headings: Sequence[str], rows: Iterator[list[str]]) -> str:
    lines = [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _compared(results: Results) -> Iterator[list[str]]:
    for size in results.sizes(THREADS):
        for engine in ENGINES:
            cell = results.cell(engine.id, size, THREADS)
            if cell is not None:
                yield [size, engine.title, *_timing(results, cell), *_fidelity(engine, cell)]


def _timing(results: Results, cell: Cell) -> list[str]:
    if not cell.seconds:
        return [cell.failed or NOTHING, *[NOTHING] * 4]
    found = spread(cell.seconds)
    bases = (results.cell(base.id, cell.size, cell.threads) for base in (TORCH, STOCK))
    return [
        f"{found.median:.3f}",
        f"{found.least:.3f} to {found.most:.3f}",
        *(_times(base, found.median) for base in bases),
        f"{cell.peak_mib:.0f}",
    ]


def _times(base: Cell | None, seconds: float) -> str:
    """How many times as fast."""
    if base is None or not base.seconds:
        return NOTHING
    return f"{spread(base.seconds).median / seconds:.2f} x"


def _fidelity(engine: Engine, cell: Cell) -> list[str]:
    if engine is TORCH and cell.seconds:
        return ["teacher", "teacher"]
    if not cell.psnr:
        return [NOTHING, NOTHING]
    return [decibels(float(np.mean(cell.psnr))), f"{np.mean(cell.ssim):.4f}"]


def _scaling(results: Results) -> str:
    """Seconds on one thread and on two, at each size that has both."""
    rows: list[list[str]] = []
    for size in results.sizes(1):
        for engine in ENGINES:
            one, two = (results.cell(engine.id, size, threads) for threads in (1, THREADS))
            if one and two and one.seconds and two.seconds:
                alone, both = (spread(cell.seconds).median for cell in (one, two))
                speed = f"{alone / both:.2f} x"
                rows.append([size, engine.title, f"{alone:.3f}", f"{both:.3f}", speed])
    return _table(("size", "engine", "1 thread, s", f"{THREADS} threads, s", "faster"), iter(rows))


def _growth(results: Results) -> str:
    sizes = results.sizes(THREADS)
    rows: list[list[str]] = []
    for engine in ENGINES:
        planned = [results.cell(engine.id, size, THREADS) for size in sizes]
        row = [
            f"{spread(cell.seconds).median / cell.pixels * 1e6:.2f}"
            if cell and cell.seconds
            else NOTHING
            for cell in planned
        ]
        timed = [cell for cell in planned if cell and cell.seconds]
        slope = exponent(
            [cell.pixels for cell in timed], [spread(cell.seconds).median for cell in timed]
        )
        rows.append([engine.title, *row, NOTHING if slope is None else f"{slope:.2f}"])
    return _table(("engine", *sizes, "exponent"), iter(rows))


def _first(results: Results) -> str:
    if not results.first_picture:
        return ""
    found = spread(results.first_picture)
    return (
        "From the start of a process of this app to its first picture on disk "
        f"(`docs/pictures/photo.jpg`, the default style): median {found.median:.2f} s, "
        f"{found.least:.2f} to {found.most:.2f}."
    )
