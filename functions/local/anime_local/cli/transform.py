"""``animegan transform``: files, folders or a pipe."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from anime_inference.adapters.files import read_bounded
from anime_inference.composition import Service
from anime_inference.logic.studio import Studio
from anime_inference.settings import Settings, read_settings
from anime_local.cli import options as opt
from anime_local.cli.batch import Batch, OnProgress
from anime_local.cli.plan import PIPE, Item
from anime_shared.errors import InvalidField
from anime_shared.files import write_atomically
from anime_shared.jobs import Stage, percent_at
from anime_shared.options import FacesMode, OutputFormat
from anime_shared.styles import DEFAULT_STYLE


# Longer than most: each option of the command is a parameter, which is then handed on.
def transform_command(
    paths: opt.Paths,
    style: opt.Style = DEFAULT_STYLE.id,
    strength: opt.Strength = 1.0,
    keep_colors: opt.KeepColors = False,
    fmt: opt.Format = OutputFormat.AUTO,
    quality: opt.Quality = 92,
    max_side: opt.MaxSide = None,
    faces: opt.Faces = FacesMode.AUTO,
    face_style: opt.FaceStyle = None,
    background_style: opt.BackgroundStyle = None,
    max_faces: opt.MaxFaces = 20,
    animate: opt.Animate = True,
    compare: Annotated[
        bool, typer.Option("--compare", help="Put photo and result side by side.")
    ] = False,
    overwrite: opt.Overwrite = False,
    dry_run: opt.DryRun = False,
    as_json: opt.Json = False,
) -> None:
    """Turn photos into anime pictures.

    A folder keeps its subfolders, and what is done already is skipped. A photo that fails is
    named, the others are done; the exit code is then 1.
    """
    options = opt.checked_options(
        style,
        strength=strength,
        keep_colors=keep_colors,
        format=fmt,
        quality=quality,
        max_side=max_side,
        faces=faces,
        face_style=face_style,
        background_style=background_style,
        max_faces=max_faces,
        animate=animate,
        compare=compare,
    )
    sources, target = opt.split_paths(paths)
    if PIPE in (*sources, target):
        items = [_piped(sources, target, fmt, as_json=as_json)]
    else:
        items = opt.planned(sources, target, fmt)
    settings = read_settings()
    studio = _open_studio(settings)

    def paint(item: Item, on_progress: OnProgress) -> dict[str, Any]:
        def tell(stage: Stage, share: float) -> None:
            on_progress(stage, percent_at(stage, share))

        data = _read(item.source, settings.max_upload_bytes)
        wanted = options.model_copy(update={"format": item.format})
        picture = studio.paint(data, wanted, on_progress=tell)
        _write(item.target, picture.data)
        # Variants are for a server's clients.
        return {name: fact for name, fact in picture.facts.items() if name != "variant"}

    if not Batch(paint, overwrite, dry_run, as_json).run(items):
        raise typer.Exit(1)


def _open_studio(settings: Settings) -> Studio:
    # Whoever names a target has the picture there.
    return Service(settings.model_copy(update={"result_cache": False})).studio


def _piped(sources: list[Path], target: Path, fmt: OutputFormat, *, as_json: bool) -> Item:
    """One photo, with stdin or stdout (or both) in place of a file."""
    if len(sources) != 1:
        raise opt.usage(InvalidField("IN: one photo at a time goes through a pipe", field="IN"))
    if target != PIPE:
        (item,) = opt.planned([Path("stdin")], target, fmt)
        return replace(item, source=PIPE)
    if as_json:
        raise opt.usage(InvalidField("json: stdout is where the picture goes", field="json"))
    if sys.stdout.isatty():
        raise opt.usage(
            InvalidField("OUT: a terminal can't show a picture; redirect it", field="OUT")
        )
    return Item(sources[0], target, fmt)


def _read(source: Path, limit: int) -> bytes:
    if source == PIPE:
        return sys.stdin.buffer.read(limit + 1)
    return read_bounded(source, limit)


def _write(target: Path, data: bytes) -> None:
    if target != PIPE:
        write_atomically(target, data)
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
