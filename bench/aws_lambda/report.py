"""What was measured, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from rich.table import Table

from bench.aws_lambda.cost import PHOTOS, Line
from bench.aws_lambda.measure import Cold, Warm


def table_of_starts(measured: Mapping[str, Cold]) -> Table:
    """A row for each function."""
    table = _table("Cold starts, seconds: median (range)", "until ready", "until first answer")
    for name, cold in measured.items():
        table.add_row(name, _range(cold.init), _range(cold.first))
    return table


def table_of_photos(measured: Mapping[tuple[str, int], Warm]) -> Table:
    """A row for each function and size of photo."""
    table = _table(
        "Photos, warm", "side", "median s (range)", "over bare pipeline", "peak MiB", "answer MB"
    )
    for (name, side), warm in measured.items():
        table.add_row(
            name,
            str(side),
            _range(warm.seconds),
            f"{median(warm.overhead):+.1%}" if warm.overhead else "-",
            f"{warm.peak_mib:.0f}",
            f"{warm.answer_bytes / 1e6:.2f}",
        )
    return table


def table_of_costs(title: str, lines: Sequence[Line]) -> Table:
    """A row for each part of the bill, the sum last."""
    table = _table(title, "for one photo", "units", "USD a unit", f"USD for {PHOTOS:,}")
    for line in lines:
        price = f"{line.price:.10f}".rstrip("0")
        table.add_row(line.of, line.how, f"{line.units:.6g}", price, f"{line.dollars:.4f}")
    table.add_row("sum", "", "", "", f"{sum(line.dollars for line in lines):.4f}")
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=None)
    table.add_column("")
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _range(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.3f} ({min(seconds):.3f} to {max(seconds):.3f})"
