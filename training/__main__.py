"""``python -m training``: label, train, export, evaluate. Each can be cut and started again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from training.portrait.commands import app as portrait_app

app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False)
app.add_typer(portrait_app, name="portrait")
console = Console(highlight=False, soft_wrap=True)

Photos = Annotated[Path, typer.Option(help="Folder of photos.", exists=True, file_okay=False)]
StyleId = Annotated[str, typer.Option("--style", help="Id of the style that the student is for.")]
Work = Annotated[Path, typer.Option(help="Folder for labels and checkpoints, one for each style.")]
_STYLE = "hayao"
_WORK = Path(".training")
_ROUNDED = "rounded.pt"
_MODELS = Path("functions/inference/anime_inference/models")


@app.command("label")
def label_command(
    photos: Photos,
    teacher: Annotated[
        Path,
        typer.Option(help="The teacher's ONNX file, or AnimeGANv2's weights (.npz).", exists=True),
    ],
    style: StyleId = _STYLE,
    work: Work = _WORK,
) -> None:
    """Let the teacher paint every photo as it is, and those to train on varied, too."""
    from training.label import label  # noqa: PLC0415 - each command loads what it needs
    from training.samples import count_samples  # noqa: PLC0415
    from training.teacher import OnnxTeacher  # noqa: PLC0415

    total = count_samples(photos, work / style)
    run = label(photos, work / style, OnnxTeacher(teacher))
    for _ in track(run, "labelling", total, console=console):
        pass


@app.command("train")
def train_command(
    photos: Photos,
    style: StyleId = _STYLE,
    work: Work = _WORK,
    steps: Annotated[int, typer.Option(min=1, help="Optimiser steps.")] = 14_000,
    start: Annotated[
        Path | None, typer.Option(help="A student's ONNX file, whose weights it begins with.")
    ] = None,
) -> None:
    """Train on what is labelled; goes on from the checkpoint if there is one."""
    from training.loop import Recipe  # noqa: PLC0415
    from training.train import train  # noqa: PLC0415

    folder = work / style
    recipe = Recipe(steps=steps)
    for p in train(photos, folder, folder / "checkpoint.pt", recipe, start):
        console.print(f"step {p.step:6d}  loss {p.loss:.4f}  rate {p.learning_rate:.1e}")


@app.command("round")
def round_command(
    photos: Photos,
    style: StyleId = _STYLE,
    work: Work = _WORK,
    steps: Annotated[int, typer.Option(min=1, help="Optimiser steps.")] = 4_400,
    start: Annotated[
        Path | None,
        typer.Option(help="A student's ONNX file to begin with, rather than what was trained."),
    ] = None,
) -> None:
    """Train on, rounding as the exported network will, which computes with integers."""
    from training.loop import Recipe  # noqa: PLC0415
    from training.train import train  # noqa: PLC0415

    folder = work / style
    recipe = Recipe(steps=steps, rounds=True)
    begin = start or folder / "checkpoint.pt"
    for p in train(photos, folder, folder / _ROUNDED, recipe, begin):
        console.print(f"step {p.step:6d}  loss {p.loss:.4f}  rate {p.learning_rate:.1e}")


@app.command("export")
def export_command(
    style: StyleId = _STYLE,
    work: Work = _WORK,
    model: Annotated[Path | None, typer.Option(help="The ONNX file to write.")] = None,
) -> None:
    """Write the ONNX file of what was rounded, and print the checksum that the registry pins."""
    from training.export import export  # noqa: PLC0415
    from training.train import averaged_student  # noqa: PLC0415

    file = model or _MODELS / f"{style}.onnx"
    export(averaged_student(work / style / _ROUNDED), file)
    data = file.read_bytes()
    console.print(f"{file}: {len(data):,} bytes, sha256 {hashlib.sha256(data).hexdigest()}")


@app.command("evaluate")
def evaluate_command(
    photos: Photos,
    style: StyleId = _STYLE,
    work: Work = _WORK,
    model: Annotated[Path | None, typer.Option(help="The student's ONNX file.")] = None,
    sheets: Annotated[
        Path | None, typer.Option(help="Write photo, teacher, student side by side here.")
    ] = None,
    most: Annotated[
        int | None, typer.Option(min=1, help="Only so many, evenly over all kept out.")
    ] = None,
    teacher: Annotated[
        Path | None, typer.Option(help="The teacher's ONNX file, for what has no label yet.")
    ] = None,
) -> None:
    """Print the fidelity to the teacher on the photos kept out of training."""
    from training.evaluate import evaluate  # noqa: PLC0415
    from training.fidelity import mean  # noqa: PLC0415
    from training.teacher import OnnxTeacher  # noqa: PLC0415

    rows = []
    file = model or _MODELS / f"{style}.onnx"
    exact = OnnxTeacher(teacher) if teacher else None
    for name, fidelity in evaluate(photos, work / style, file, sheets, most=most, teacher=exact):
        rows.append(fidelity)
        console.print(f"{name:24} {fidelity}")
    console.print(f"mean of {len(rows)}: {mean(rows)}")


if __name__ == "__main__":
    app()
