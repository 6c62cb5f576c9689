"""Load, then faults under load; ends with 1 if anything was lost or went wrong undeliberately."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.machine import describe
from bench.report import in_document
from bench.soak.faults import FAULTS, QUICK
from bench.soak.faults.base import Fault
from bench.soak.report import fault_table, load_table, seen
from bench.soak.trial import Times, Trial, under_load, with_fault

_CLIENTS = (30, 100)
_TIMES = Times(before=5, fault=12, after=90)
_QUICK_TIMES = Times(before=2, fault=3, after=60)
_QUICK_SECONDS = 8
console = Console(stderr=True)


def main(
    seconds: Annotated[float, typer.Option(min=1, help="Of each load.")] = 300,
    quick: Annotated[bool, typer.Option(help="One short load, the simpler faults.")] = False,
    only: Annotated[str, typer.Option(help="Faults with this in their name.")] = "",
    document: Annotated[Path | None, typer.Option(help="Where it is written, too.")] = None,
) -> None:
    """Thirty clients, a hundred clients, and a few clients with everything that can go wrong."""
    loads = {} if only else asyncio.run(_loads(_QUICK_SECONDS if quick else seconds, quick=quick))
    kinds = QUICK if quick else FAULTS
    chosen = [kind() for kind in kinds if only in kind.name]
    faults = asyncio.run(_faults(chosen, _QUICK_TIMES if quick else _TIMES))
    told = _told(loads, faults)
    print(told)
    if document is not None:
        document.write_text(in_document(document.read_text(), told))
    # A fault that can't be tried here is said in the table, and is no failure of the server.
    trials = [*loads.values(), *(trial for _, trial in faults if trial.skipped is None)]
    bad = [trial for trial in trials if not trial.diary.is_clean]
    late = [fault.name for fault, trial in faults if not trial.skipped and trial.recovered is None]
    if bad or late or not trials:
        raise typer.Exit(1)


async def _loads(seconds: float, *, quick: bool) -> dict[int, Trial]:
    trials = {}
    for clients in _CLIENTS[:1] if quick else _CLIENTS:
        console.print(f"{clients} clients, {seconds:.0f} s")
        trials[clients] = await under_load(clients, seconds)
        console.print(f"  {seen(trials[clients].diary)}", markup=False)
    return trials


async def _faults(faults: list[Fault], times: Times) -> list[tuple[Fault, Trial]]:
    trials = []
    for fault in faults:
        console.print(fault.name)
        trials.append((fault, await with_fault(fault, times)))
        trial = trials[-1][1]
        console.print(
            f"  {trial.skipped or seen(trial.diary)}; lost {trial.diary.lost}, "
            f"served again after {trial.recovered}",
            markup=False,
        )
    return trials


def _told(loads: dict[int, Trial], faults: list[tuple[Fault, Trial]]) -> str:
    parts = ["\n".join(f"- {line}" for line in describe())]
    if loads:
        parts += ["## Load", load_table(loads)]
    if faults:
        parts += ["## Faults", fault_table(faults)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


if __name__ == "__main__":
    typer.run(main)
