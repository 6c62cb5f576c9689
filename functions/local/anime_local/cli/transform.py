"""``animegan transform``: files, folders or a pipe."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
)

from anime_inference.adapters.files import read_bounded
from anime_inference.composition import load_models
from anime_inference.logic.pipeline import Models, transform
from anime_inference.settings import Settings, read_settings
from anime_local.cli.plan import Item, plan
from anime_local.cli.terminal import err, report
from anime_shared.errors import AnimeError, InputError, InternalError, InvalidField
from anime_shared.files import write_atomically
from anime_shared.options import FacesMode, OutputFormat, TransformOptions
from anime_shared.problems import invalid_field, problem_of
from anime_shared.styles import DEFAULT_STYLE, find_style
from anime_shared.treatment import choose_treatment

_PIPE = Path("-")


def transform_command(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="IN... OUT",
            help="Photos or folders, then the file or folder to write. `-` is stdin or stdout.",
            show_default=False,
        ),
    ],
    style: Annotated[
        str, typer.Option("--style", "-s", help="See `animegan styles`.")
    ] = DEFAULT_STYLE.id,
    strength: Annotated[
        float, typer.Option(help="0 is the photo, 1 the style at full strength.")
    ] = 1.0,
    keep_colors: Annotated[
        bool, typer.Option("--keep-colors", help="Keep the photo's colours.")
    ] = False,
    fmt: Annotated[
        OutputFormat,
        typer.Option("--format", "-f", help="auto: by OUT's name, else the photo's own."),
    ] = OutputFormat.AUTO,
    quality: Annotated[int, typer.Option(help="1 to 100, for JPEG, WebP and AVIF.")] = 92,
    max_side: Annotated[
        int | None, typer.Option(help="Shrink photos, so that no side has more pixels.")
    ] = None,
    faces: Annotated[
        FacesMode,
        typer.Option(help="auto: faces in the face style; only: nothing else changes; off."),
    ] = FacesMode.AUTO,
    face_style: Annotated[
        str | None, typer.Option(help="Style of faces; by default what suits the style.")
    ] = None,
    background_style: Annotated[
        str | None, typer.Option(help="Style of the rest; by default the style itself.")
    ] = None,
    max_faces: Annotated[int, typer.Option(help="Treat so many faces, the largest first.")] = 20,
    compare: Annotated[
        bool, typer.Option("--compare", help="Put photo and result side by side.")
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Do again what is done.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Say what would be done, and do nothing.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line on stdout.")
    ] = False,
) -> None:
    """Turn photos into anime pictures.

    A folder keeps its subfolders, and what is done already is skipped. A photo that fails is
    named, the others are done; the exit code is then 1.
    """
    try:
        options = TransformOptions(
            style=find_style(style).id,
            strength=strength,
            keep_colors=keep_colors,
            format=fmt,
            quality=quality,
            max_side=max_side,
            faces=faces,
            face_style=face_style,
            background_style=background_style,
            max_faces=max_faces,
            compare=compare,
        )
        choose_treatment(options)
        *sources, target = sources
        if not sources:
            raise InvalidField("IN... OUT: name a photo and what it shall become", field="OUT")
        items = [] if _PIPE in (*sources, target) else plan(sources, target, fmt)
    except ValidationError as error:
        raise _usage(invalid_field(error.errors())) from None
    except InputError as error:
        raise _usage(error) from None
    settings = read_settings()
    if not items:
        _pipe(sources, target, options, settings)
        return
    batch = _Batch(options, settings, load_models(settings), overwrite=overwrite, as_json=as_json)
    if not batch.run(items, dry_run=dry_run):
        raise typer.Exit(1)


def _usage(error: AnimeError) -> typer.Exit:
    report(error)
    return typer.Exit(2)


def _pipe(sources: list[Path], target: Path, options: TransformOptions, settings: Settings) -> None:
    """One photo, with stdin or stdout (or both) in place of a file."""
    if len(sources) != 1:
        raise _usage(InvalidField("IN: one photo at a time goes through a pipe", field="IN"))
    if target != _PIPE:
        (item,) = plan([Path("stdin")], target, options.format)
        options = options.model_copy(update={"format": item.format})
    elif sys.stdout.isatty():
        raise _usage(InvalidField("OUT: a terminal can't show a picture; redirect it", field="OUT"))
    limit = settings.max_upload_bytes
    data = (
        sys.stdin.buffer.read(limit + 1) if sources[0] == _PIPE else read_bounded(sources[0], limit)
    )
    result = transform(data, options, settings.limits, load_models(settings))
    if target == _PIPE:
        sys.stdout.buffer.write(result.data)
        sys.stdout.buffer.flush()
    else:
        write_atomically(target, result.data)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Photos done one after the other, each one reported."""

    options: TransformOptions
    settings: Settings
    models: Models
    overwrite: bool
    as_json: bool

    def run(self, items: list[Item], *, dry_run: bool) -> bool:
        """Do them all; whether every one went well."""
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        done = skipped = failed = 0
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
            task = bar.add_task("", total=len(items))
            for item in items:
                bar.update(task, description=item.source.name)
                if item.target.exists() and not self.overwrite:
                    skipped += 1
                    self._tell(item, {"skipped": True}, f"{item.target}: done already, skipped")
                elif dry_run:
                    self._tell(item, {"dry_run": True}, f"{item.source} -> {item.target}")
                elif self._one(item):
                    done += 1
                else:
                    failed += 1
                bar.advance(task)
        if not self.as_json and not dry_run:
            err.print(f"{done} done, {skipped} skipped, {failed} failed")
        return failed == 0

    def _one(self, item: Item) -> bool:
        try:
            data = read_bounded(item.source, self.settings.max_upload_bytes)
            options = self.options.model_copy(update={"format": item.format})
            result = transform(data, options, self.settings.limits, self.models)
            write_atomically(item.target, result.data)
        except AnimeError as error:
            self._fail(item, error)
            return False
        except OSError as error:
            self._fail(item, InternalError(f"{error.filename}: {error.strerror}"))
            return False
        seconds = sum(result.timings.rounded().values())
        self._tell(item, result.facts(), f"{item.source} -> {item.target} ({seconds:.2f} s)")
        return True

    def _tell(self, item: Item, facts: dict[str, Any], line: str) -> None:
        if self.as_json:
            named = {"input": str(item.source), "output": str(item.target), **facts}
            print(json.dumps(named), flush=True)  # noqa: T201 - stdout is the interface
        else:
            err.print(line, markup=False)

    def _fail(self, item: Item, error: AnimeError) -> None:
        if self.as_json:
            failure = {"input": str(item.source), "problem": problem_of(error)}
            print(json.dumps(failure), flush=True)  # noqa: T201
        report(error, str(item.source))
