"""What is measured of a function, and how."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.aws_lambda.bare import StartBare
from bench.aws_lambda.emulator import Function
from bench.aws_lambda.events import Event, transform_event
from bench.load.photos import Photos

Start = Callable[[], AbstractContextManager[Function]]


@dataclass(frozen=True, slots=True)
class Cold:
    """Seconds of several cold starts: until the handler was ready, until its first answer."""

    init: list[float]
    first: list[float]


@dataclass(frozen=True, slots=True)
class Warm:
    """Photos of one size.

    Attributes:
        seconds: from each event to its answer.
        overhead: the share that each took longer than the bare pipeline for the same photo, one
            straight after the other; empty if there is nothing to compare with.
        peak_mib: of the process, which painted nothing else.
        answer_bytes: size of an answer, base64 and all.
    """

    seconds: list[float]
    overhead: list[float]
    peak_mib: float
    answer_bytes: int


def measure_cold(start: Start, event: Event, starts: int) -> Cold:
    """Start ``starts`` times, and once before, so that files are in the system's cache."""
    cold = Cold([], [])
    for number in range(starts + 1):
        with start() as function:
            first = function.invoke(event).seconds
            if number:
                cold.init.append(function.init_seconds())
                cold.first.append(first)
    return cold


def measure_event(start: Start, event: Event, runs: int) -> float:
    """Median seconds of a warm event."""
    with start() as function:
        function.invoke(event)
        return median(function.invoke(event).seconds for _ in range(runs))


def measure_warm(
    start: Start, style: str, side: int, runs: int, folder: Path, start_bare: StartBare | None
) -> Warm:
    """Photos of ``side`` x ``side`` pixels, no two the same; the first isn't counted."""
    photos = Photos(side)
    file = folder / "photo.jpg"
    seconds, overhead = [], []
    with start() as function, start_bare() if start_bare else nullcontext() as bare:
        for number in range(runs + 1):
            photo = photos.make(number)
            file.write_bytes(photo)
            answer = function.invoke(transform_event(photo, style))
            without = bare(file) if bare else None
            if number:
                seconds.append(answer.seconds)
                if without is not None:
                    overhead.append(answer.seconds / without - 1)
        return Warm(seconds, overhead, function.peak_mib(), answer.size)
