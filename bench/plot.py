"""Seconds and memory over pixels, as a picture for light and dark pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.engines.registry import ENGINES
from bench.figures import spread
from bench.results import Cell, Results
from bench.sizes import THREADS

# As bright as white is from black's side: readable on both.
_INK: Final = "#7d7d7d"
_COLOURS: Final = (
    "#d9534f", "#c58a00", "#3d8fd1", "#00a3a3", "#9a6fd0", "#5b9e3d", "#e0619b",
)  # fmt: skip
_MARKS: Final = "osv^DPX"
_STYLE: Final[dict[Any, Any]] = {
    # Text stays text, in the reader's own font; ids don't change from run to run.
    "svg.fonttype": "none",
    "svg.hashsalt": "animegan",
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "font.size": 9,
    "font.family": "sans-serif",
}


def draw(results: Results, file: Path) -> None:
    """Write an SVG without date, on no ground: the same results are the same bytes."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(9, 4.2), layout="constrained")
        time, memory = figure.subplots(1, 2)
        for engine, colour, mark in zip(ENGINES, _COLOURS, _MARKS, strict=True):
            cells = [c for c in results.cells if (c.engine, c.threads) == (engine.id, THREADS)]
            timed = [cell for cell in cells if cell.seconds]
            look = {"color": colour, "marker": mark, "markersize": 4, "linewidth": 1.4}
            megapixels = [cell.pixels / 1e6 for cell in timed]
            time.errorbar(megapixels, *_medians(timed), label=engine.title, capsize=2, **look)
            memory.plot(megapixels, [cell.peak_mib / 1024 for cell in timed], **look)
        _axes(time, "seconds")
        _axes(memory, "peak memory, GiB")
        figure.legend(loc="outside lower center", ncols=4, frameon=False)
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})


def _medians(cells: list[Cell]) -> tuple[list[float], list[list[float]]]:
    """Medians, and how far they are from the least and from the most."""
    found = [spread(cell.seconds) for cell in cells]
    below = [one.median - one.least for one in found]
    above = [one.most - one.median for one in found]
    return [one.median for one in found], [below, above]


def _axes(axes: Any, what: str) -> None:
    axes.set(xscale="log", yscale="log", xlabel="megapixels", ylabel=what)
    axes.grid(visible=True, color=_INK, alpha=0.25, linewidth=0.5)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    plain = mpl.ticker.FuncFormatter(lambda value, _: f"{value:g}")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(plain)
