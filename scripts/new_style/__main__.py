"""``python -m scripts.new_style``: registry entry, model card, READMEs' rows, model file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from anime_shared.errors import AnimeError
from anime_shared.style import Subject, Upsampling
from scripts.new_style.style import NewStyle, Source
from scripts.new_style.texts import with_card, with_chinese_row, with_entry, with_row

TEXTS: Final[dict[str, Callable[[str, NewStyle], str]]] = {
    "layers/shared/anime_shared/styles.py": with_entry,
    "MODEL_CARD.md": with_card,
    "README.md": with_row,
    "README.zh-CN.md": with_chinese_row,
}
MODELS: Final = "functions/inference/anime_inference/models"
console = Console(highlight=False, soft_wrap=True)


def new_style(
    style_id: Annotated[str, typer.Argument(metavar="ID", help="As callers write it.")],
    file: Annotated[
        Path,
        typer.Argument(help="A student's ONNX file, or published weights.", exists=True),
    ],
    title: Annotated[str, typer.Option(help="As people see it.")],
    good_for: Annotated[Subject, typer.Option(help="What it was made for.")] = Subject.SCENERY,
    author: Annotated[
        str | None, typer.Option(help="Of the weights; a student's is this project.")
    ] = None,
    non_commercial: Annotated[
        bool, typer.Option(help="What the licence of the weights, or of their teacher, asks.")
    ] = True,
    published: Annotated[
        str | None,
        typer.Option(help="Where they come from, owner/name@commit:path; without it: bundled."),
    ] = None,
    upsampling: Annotated[
        Upsampling | None, typer.Option(help="How a published decoder doubles the size.")
    ] = None,
    root: Annotated[Path, typer.Option(help="The repository.", file_okay=False)] = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
) -> None:
    """Add a style, as far as that can be done by a machine."""
    try:
        source = None if published is None else Source.parse(published)
        style = NewStyle(
            style_id, title, good_for, author, non_commercial, file, source, upsampling
        )
        style.check()
    except AnimeError as error:
        console.print(f"error: {error.detail}")
        raise typer.Exit(1) from None
    for name, changed in TEXTS.items():
        text = changed((root / name).read_text(), style)
        if not dry_run:
            (root / name).write_text(text)
        console.print(f"{'would change' if dry_run else 'changed'} {name}")
    if source is None:
        if not dry_run:
            shutil.copyfile(file, root / MODELS / f"{style_id}.onnx")
        console.print(f"{'would add' if dry_run else 'added'} {MODELS}/{style_id}.onnx")
        console.print("next: make golden samples, and look at the pictures")
    console.print("next: fill in what is TODO in MODEL_CARD.md, then make format check test")


if __name__ == "__main__":
    typer.run(new_style)
