"""What was seen, as tables of Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from bench.soak.diary import Diary
from bench.soak.faults.base import Fault
from bench.soak.trial import Trial

_KINDS = {"call": "one call", "job": "upload and job", "batch": "batch of three"}


def load_table(trials: Mapping[int, Trial]) -> str:
    """A column for each number of clients."""
    columns = {f"{clients} clients": _column(trial) for clients, trial in trials.items()}
    names = next(iter(columns.values()))
    rows = [[name, *(column[name] for column in columns.values())] for name in names]
    return table(["", *columns], rows)


def _column(trial: Trial) -> dict[str, str]:
    diary = trial.diary
    column = {"seconds": f"{trial.seconds:.0f}", "answers": f"{diary.answers}"}
    column["orders served"] = f"{len(diary.painted)}"
    for kind, title in _KINDS.items():
        taken = [each.seconds for each in diary.painted if each.kind == kind]
        column[f"{title}: served"] = f"{len(taken)}"
        column[f"{title}: p50 / p95 / p99, s"] = quantiles(taken, 1)
    return {
        **column,
        "page: p50 / p95 / p99, ms": quantiles(diary.page, 1000),
        "refused with `Retry-After`": counted(diary.refused),
        "orders given up": f"{diary.given_up}",
        "connections broken": counted(diary.broken),
        "photos of accepted jobs": f"{diary.promised}",
        "other errors": counted(diary.defects),
        "lost": f"{diary.lost}",
    }


def fault_table(trials: Sequence[tuple[Fault, Trial]]) -> str:
    """A row for each fault."""
    head = [
        "fault",
        "what happens",
        "what clients see",
        "page, slowest, s",
        "photos of accepted jobs",
        "lost",
        "served again after, s",
    ]
    return table(head, [_row(fault, trial) for fault, trial in trials])


def _row(fault: Fault, trial: Trial) -> list[str]:
    if trial.skipped is not None:
        return [fault.name, fault.does, f"not tried here: {trial.skipped}", *["-"] * 4]
    diary = trial.diary
    return [
        fault.name,
        fault.does,
        seen(diary),
        f"{max(diary.page):.1f}",
        f"{diary.promised}",
        f"{diary.lost}",
        "never" if trial.recovered is None else f"{trial.recovered:.1f}",
    ]


def seen(diary: Diary) -> str:
    """What clients were told beside pictures, and how long they waited."""
    longest = max((each.seconds for each in diary.painted), default=0)
    parts = [f"{len(diary.painted)} orders served, the slowest in {longest:.1f} s"]
    for words, counts in (
        ("", diary.refused),
        ("", diary.told),
        ("connection broken: ", diary.broken),
        ("**defect:** ", diary.defects),
    ):
        parts += [f"{words}{counted(counts)}"] if counts else []
    if diary.given_up:
        parts.append(f"{diary.given_up} orders given up")
    return "; ".join(parts)


def counted(counts: Counter[str]) -> str:
    """How often each came."""
    return ", ".join(f"{count} x {name}" for name, count in counts.most_common()) or "0"


def quantiles(seconds: Sequence[float], unit: float) -> str:
    """Median, 95th and 99th percentile."""
    if not seconds:
        return "-"
    digits = 1 if unit == 1 else 0
    values = np.quantile(seconds, (0.5, 0.95, 0.99))
    return " / ".join(f"{value * unit:.{digits}f}" for value in values)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
