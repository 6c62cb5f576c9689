"""What `animegan transform` takes, here and on a server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from anime_local.cli.plan import Item, plan
from anime_local.cli.terminal import report
from anime_shared.errors import AnimeError, InputError, InvalidField
from anime_shared.options import FacesMode, OutputFormat, TransformOptions
from anime_shared.problems import invalid_field
from anime_shared.styles import find_style
from anime_shared.treatment import choose_treatment

Paths = Annotated[
    list[Path],
    typer.Argument(
        metavar="IN... OUT",
        help="Photos or folders, then the file or folder to write. `-` is stdin or stdout.",
        show_default=False,
    ),
]
Style = Annotated[str, typer.Option("--style", "-s", help="See `animegan styles`.")]
Strength = Annotated[float, typer.Option(help="0 is the photo, 1 the style at full strength.")]
KeepColors = Annotated[bool, typer.Option("--keep-colors", help="Keep the photo's colours.")]
Format = Annotated[
    OutputFormat,
    typer.Option("--format", "-f", help="auto: by OUT's name, else the photo's own."),
]
Quality = Annotated[int, typer.Option(help="1 to 100, for JPEG, WebP and AVIF.")]
MaxSide = Annotated[
    int | None, typer.Option(help="Shrink photos, so that no side has more pixels.")
]
Faces = Annotated[
    FacesMode,
    typer.Option(help="auto: faces in the face style; only: nothing else changes; off."),
]
FaceStyle = Annotated[
    str | None, typer.Option(help="Style of faces; by default what suits the style.")
]
BackgroundStyle = Annotated[
    str | None, typer.Option(help="Style of the rest; by default the style itself.")
]
MaxFaces = Annotated[int, typer.Option(help="Treat so many faces, the largest first.")]
Animate = Annotated[
    bool,
    typer.Option(
        "--animate/--no-animate", help="Paint every frame of an animated picture, or the first."
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Do again what is done.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Say what would be done, and do nothing.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]


def checked_options(style: str, **values: Any) -> TransformOptions:
    """The options of a command.

    Raises:
        typer.Exit: one of them is not valid, which was said; exit code 2.
    """
    try:
        options = TransformOptions(style=find_style(style).id, **values)
        choose_treatment(options)
    except ValidationError as error:
        raise usage(invalid_field(error.errors())) from None
    except InputError as error:
        raise usage(error) from None
    return options


def split_paths(paths: Sequence[Path]) -> tuple[list[Path], Path]:
    """The photos or folders, and what they become.

    Raises:
        typer.Exit: there is one path only, which was said; exit code 2.
    """
    *sources, target = paths
    if not sources:
        raise usage(InvalidField("IN... OUT: name a photo and what it shall become", field="OUT"))
    return sources, target


def planned(sources: Sequence[Path], target: Path, fmt: OutputFormat) -> list[Item]:
    """Every photo with the file that it becomes.

    Raises:
        typer.Exit: that can't be, which was said; exit code 2.
    """
    try:
        return plan(sources, target, fmt)
    except InputError as error:
        raise usage(error) from None


def usage(error: AnimeError) -> typer.Exit:
    """Say what is wrong with a command line; the exit that is to be raised."""
    report(error)
    return typer.Exit(2)
