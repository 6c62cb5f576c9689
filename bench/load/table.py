"""What was measured, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rich.table import Table

from bench.load.crowd import Measured


def table_of(measured: Mapping[str, Measured]) -> Table:
    """A column for each server."""
    table = Table(box=None)
    table.add_column("")
    for name in measured:
        table.add_column(name, justify="right")
    columns = [_column(each) for each in measured.values()]
    for row in columns[0]:
        table.add_row(row, *(column[row] for column in columns))
    return table


def _column(measured: Measured) -> dict[str, str]:
    painted = len(measured.photos)
    return {
        "photos painted": f"{painted}",
        "photos/s": f"{painted / measured.elapsed:.2f}" if painted else "-",
        "photo p50, s": _quantile(measured.photos, 0.5, 1),
        "photo p95, s": _quantile(measured.photos, 0.95, 1),
        "page p50, ms": _quantile(measured.page, 0.5, 1000),
        "page p99, ms": _quantile(measured.page, 0.99, 1000),
        "job status p50, ms": _quantile(measured.status, 0.5, 1000),
        "job status p99, ms": _quantile(measured.status, 0.99, 1000),
        "answers 5xx": f"{measured.server_errors}",
        "looks without an answer": f"{measured.broken}",
        "photos lost": f"{measured.lost}",
        "peak memory, MiB": f"{measured.peak / 2**20:.0f}",
    }


def _quantile(seconds: Sequence[float], share: float, unit: float) -> str:
    return f"{np.quantile(seconds, share) * unit:.1f}" if seconds else "-"
