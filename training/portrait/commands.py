"""``python -m training portrait``: label, train, export, evaluate. Each can be cut and resumed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

app = typer.Typer(help=__doc__, no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)

Photos = Annotated[Path, typer.Option(help="Folder of photos.", exists=True, file_okay=False)]
Work = Annotated[Path, typer.Option(help="Folder for faces, labels and checkpoint.")]
_WORK = Path(".training/portrait")
_MODEL = Path("functions/inference/anime_inference/models/cute.onnx")


@app.command("label")
def label_command(
    photos: Photos,
    teacher: Annotated[Path, typer.Option(help="The teacher's ONNX file.", exists=True)],
    work: Work = _WORK,
) -> None:
    """Find the faces, once, and let the teacher paint the variants of each."""
    from training.portrait.faces import find_all, listed, product_finder  # noqa: PLC0415
    from training.portrait.label import LISTING, label  # noqa: PLC0415
    from training.samples import find_photos  # noqa: PLC0415

    listing = work / LISTING
    if not listing.exists():
        count = len(find_photos(photos, "train")) + len(find_photos(photos, "holdout"))
        found = find_all(photos, listing, product_finder())
        for _ in track(found, "finding faces", count, console=console):
            pass
    total = sum(len(faces) for faces in listed(photos, listing))
    for _ in track(label(photos, work, teacher), "labelling", total, console=console):
        pass


@app.command("train")
def train_command(
    work: Work = _WORK,
    steps: Annotated[int, typer.Option(min=1, help="Optimiser steps.")] = 10_000,
) -> None:
    """Train on what is labelled; goes on from the checkpoint if there is one."""
    import dataclasses  # noqa: PLC0415

    from training.portrait.train import RECIPE, train  # noqa: PLC0415

    for p in train(work, work / "checkpoint.pt", dataclasses.replace(RECIPE, steps=steps)):
        console.print(f"step {p.step:6d}  loss {p.loss:.4f}  rate {p.learning_rate:.1e}")


@app.command("export")
def export_command(
    work: Work = _WORK,
    model: Annotated[Path, typer.Option(help="The ONNX file to write.")] = _MODEL,
) -> None:
    """Write the student's ONNX file and print the checksum that the registry of styles pins."""
    from training.portrait.export import export  # noqa: PLC0415
    from training.portrait.train import averaged_student  # noqa: PLC0415

    export(averaged_student(work / "checkpoint.pt"), model)
    data = model.read_bytes()
    console.print(f"{model}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


@app.command("evaluate")
def evaluate_command(
    photos: Photos,
    work: Work = _WORK,
    model: Annotated[Path, typer.Option(help="The student's ONNX file.", exists=True)] = _MODEL,
    sheets: Annotated[
        Path | None, typer.Option(help="Write photo, student, teacher side by side here.")
    ] = None,
) -> None:
    """Print the fidelity to the teacher on the faces kept out of training."""
    from training.fidelity import mean  # noqa: PLC0415
    from training.portrait.evaluate import evaluate  # noqa: PLC0415

    rows = list(evaluate(photos, work, model, sheets))
    for face, one in rows:
        console.print(
            f"{face.name:14} eyes {face.eye_distance:4.0f} px apart  explained: face"
            f" {one.face:.3f}  eyes {one.eyes:.3f}  mouth {one.mouth:.3f}"
        )
    measured = [one for _, one in rows]
    console.print(f"mean of {len(rows)} crops: {mean([one.crop for one in measured])}")
    for name in ("face", "eyes", "mouth", "eye_energy"):
        values = [getattr(one, name) for one in measured]
        console.print(f"{name:10} mean {np.mean(values):.3f}  median {np.median(values):.3f}")
