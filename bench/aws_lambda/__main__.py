"""Measure, and print cold starts, warm answers, memory and cost."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from statistics import median
from typing import Annotated, Final

import typer
from rich.console import Console

from bench.aws_lambda.cost import Measured, of_a_job, of_one_call
from bench.aws_lambda.events import transform_event, upload_event
from bench.aws_lambda.measure import Cold, Warm, measure_cold, measure_event, measure_warm
from bench.aws_lambda.plan import STUDENT, Plan, make_plan
from bench.aws_lambda.report import table_of_costs, table_of_photos, table_of_starts
from bench.aws_lambda.runtime import lambda_python
from bench.load.photos import Photos

_SIDES: Final = (512, 1024, 2048)
_QUICK_SIDES: Final = (256, 512)
_WARM_CALLS: Final = 20
_BASE64: Final = 4 / 3
console = Console(width=100)
progress = Console(stderr=True)


def main(
    image: Annotated[
        str | None, typer.Option(help="Measure this built image of the inference function, too.")
    ] = None,
    python: Annotated[
        Path | None, typer.Option(help="Of the functions; by default 3.12, or what runs this.")
    ] = None,
    starts: Annotated[int, typer.Option(min=1, help="Cold starts of each function.")] = 7,
    runs: Annotated[int, typer.Option(min=1, help="Photos of the smallest size.")] = 16,
    memory: Annotated[int, typer.Option(help="Inference function's memory to bill, MB.")] = 3008,
    web_memory: Annotated[int, typer.Option(help="Web function's memory to bill, MB.")] = 1024,
    quick: Annotated[bool, typer.Option(help="Two starts and two small photos of each.")] = False,
) -> None:
    """Both functions under Lambda's runtime interface emulator (Linux on x86-64); 10 minutes.

    Stores are files, so no call to S3 or DynamoDB is in any number.
    """
    if quick:
        starts, runs = 2, 2
    sides = _QUICK_SIDES if quick else _SIDES
    interpreter = python or lambda_python()
    with tempfile.TemporaryDirectory(prefix="bench-lambda-") as name:
        folder = Path(name)
        progress.print("building the functions' environments")
        plan = make_plan(folder, interpreter, image)
        console.print(f"{interpreter}, {os.cpu_count()} cores\n")

        console.print(table_of_starts(_measure_starts(plan, sides[0], starts)), "")
        warm = _measure_photos(plan, sides, runs, folder)
        console.print(table_of_photos(warm), "")
        if not any("torch" in label for label in plan.subjects):
            console.print("torch: not measured, it isn't in .venv-train\n")

        chosen = warm[STUDENT, sides[1]]
        measured = Measured(
            inference_seconds=median(chosen.seconds),
            inference_gb=memory / 1024,
            web_seconds=measure_event(plan.web, upload_event(), _WARM_CALLS),
            web_gb=web_memory / 1024,
            picture_gb=chosen.answer_bytes / _BASE64 / 1e9,
        )
    what = f"{STUDENT}, {sides[1]} x {sides[1]}"
    console.print(table_of_costs(f"In one call: {what}", of_one_call(measured)), "")
    console.print(table_of_costs(f"As a job: {what}", of_a_job(measured)))


def _measure_starts(plan: Plan, side: int, starts: int) -> dict[str, Cold]:
    """Cold starts of each function, by its name; ``side`` of the photo is in pixels."""
    photo = Photos(side).make(0)
    progress.print("cold starts: web")
    cold = {"web": measure_cold(plan.web, upload_event(), starts)}
    for label, subject in plan.subjects.items():
        progress.print(f"cold starts: {label}")
        event = transform_event(photo, subject.style)
        cold[label] = measure_cold(subject.start, event, starts)
    return cold


def _measure_photos(
    plan: Plan, sides: tuple[int, ...], runs: int, folder: Path
) -> dict[tuple[str, int], Warm]:
    """Warm calls by name and side of the photo in pixels; ``runs`` are those of the smallest."""
    warm = {}
    for label, subject in plan.subjects.items():
        for side in sides:
            progress.print(f"photos: {label}, {side} x {side}")
            # Large ones take long, and vary less.
            fewer = max(2, runs * sides[0] // side)
            warm[label, side] = measure_warm(
                subject.start, subject.style, side, fewer, folder, subject.start_bare
            )
    return warm


if __name__ == "__main__":
    typer.run(main)
