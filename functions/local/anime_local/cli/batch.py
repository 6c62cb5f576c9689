"""Many photos, each one reported."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from anime_local.cli.plan import Item
from anime_local.cli.terminal import err, print_json, report
from anime_shared.errors import AnimeError, InternalError
from anime_shared.problems import problem_of

# Told what is being done to a photo, and how much is behind (0 to 100).
OnProgress = Callable[[str, int], None]
# Makes one photo's picture and returns the facts of it.
Paint = Callable[[Item, OnProgress], dict[str, Any]]


class Outcome(StrEnum):
    """What became of a photo."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class Each(Protocol):
    """``map``, or that of a pool of threads."""

    def __call__(
        self, call: Callable[[Item], Outcome], items: Iterable[Item], /
    ) -> Iterable[Outcome]:
        """Call it with each item."""


@dataclass(frozen=True, slots=True)
class Batch:
    """How photos are done: what is done again, and what is told."""

    paint: Paint
    overwrite: bool
    dry_run: bool
    as_json: bool

    def run(self, items: Sequence[Item], each: Each = map) -> bool:
        """Do them all; whether every one went well."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        outcomes = Counter[Outcome]()
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
            whole = bar.add_task(f"{len(items)} photos", total=len(items))
            for outcome in each(partial(self._one, bar), items):
                outcomes[outcome] += 1
                bar.advance(whole)
        if not self.as_json and not self.dry_run:
            err.print(", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome))
        return not outcomes[Outcome.FAILED]

    def _one(self, bar: Progress, item: Item) -> Outcome:
        if item.is_done and not self.overwrite:
            self._tell(item, {"skipped": True}, f"{item.target}: done already, skipped")
            return Outcome.SKIPPED
        if self.dry_run:
            self._tell(item, {"dry_run": True}, f"{item.source} -> {item.target}")
            return Outcome.DONE
        row = bar.add_task(item.source.name, total=100)

        def on_progress(what: str, percent: int) -> None:
            bar.update(row, description=f"{item.source.name}: {what}", completed=percent)

        start = time.perf_counter()
        try:
            facts = self.paint(item, on_progress)
        except AnimeError as error:
            self._fail(item, error)
            return Outcome.FAILED
        except OSError as error:
            self._fail(item, InternalError(f"{error.filename or item.target}: {error.strerror}"))
            return Outcome.FAILED
        finally:
            bar.remove_task(row)
        seconds = time.perf_counter() - start
        self._tell(item, facts, f"{item.source} -> {item.target} ({seconds:.2f} s)")
        return Outcome.DONE

    def _tell(self, item: Item, facts: dict[str, Any], line: str) -> None:
        if self.as_json:
            print_json({"input": str(item.source), "output": str(item.target), **facts})
        else:
            err.print(line, markup=False)

    def _fail(self, item: Item, error: AnimeError) -> None:
        if self.as_json:
            print_json({"input": str(item.source), "problem": problem_of(error)})
        report(error, str(item.source))
