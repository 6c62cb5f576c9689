"""``animegan remote``: the same by a server."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anime_local.cli import options as opt
from anime_local.cli.batch import Batch, OnProgress
from anime_local.cli.plan import PIPE, Item
from anime_local.cli.styles import print_styles
from anime_shared.errors import AnimeError, InvalidField
from anime_shared.files import write_atomically
from anime_shared.options import FacesMode, OutputFormat, TransformOptions
from anime_shared.styles import DEFAULT_STYLE

if TYPE_CHECKING:
    from anime_local.client import AnimeClient
    from anime_local.client.answers import Job

app = typer.Typer(help="Have photos painted by a server.", no_args_is_help=True)


@app.callback()
def connect(
    context: typer.Context,
    url: Annotated[
        str, typer.Option(envvar="ANIME_URL", help="Of the server.")
    ] = "http://127.0.0.1:8000",
    api_key: Annotated[
        str | None,
        typer.Option(envvar="ANIME_API_KEY", help="If the server asks for one."),
    ] = None,
) -> None:
    """Have photos painted by a server."""
    # Other commands needn't load an HTTP client.
    from anime_local.client import AnimeClient  # noqa: PLC0415

    if not url.startswith(("http://", "https://")):
        raise opt.usage(InvalidField("url: it begins with http:// or https://", field="url"))
    context.obj = context.with_resource(AnimeClient(url, api_key))


# Longer than most: each option of the command is a parameter, which is then handed on.
@app.command("transform")
def transform_command(
    context: typer.Context,
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
    parallel: Annotated[
        int, typer.Option(min=1, max=32, help="Photos that are on their way at the same time.")
    ] = 4,
    overwrite: opt.Overwrite = False,
    dry_run: opt.DryRun = False,
    as_json: opt.Json = False,
) -> None:
    """Turn photos into anime pictures, as `animegan transform` does, on the server.

    Ctrl-C cancels there what isn't done.
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
    )
    sources, target = opt.split_paths(paths)
    if PIPE in (*sources, target):
        raise opt.usage(InvalidField("IN... OUT: no pipe goes to a server", field="IN"))
    items = opt.planned(sources, target, fmt)
    flight = _Flight(context.obj, options)
    batch = Batch(flight.paint, overwrite, dry_run, as_json)
    with ThreadPoolExecutor(parallel) as pool:
        try:
            succeeded = batch.run(items, pool.map)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            flight.cancel()
            raise
    if not succeeded:
        raise typer.Exit(1)


class _Flight:
    """The photos that are on their way."""

    def __init__(self, client: AnimeClient, options: TransformOptions) -> None:
        self._client = client
        self._options = options
        self._job_ids: set[str] = set()
        self._over = threading.Event()

    def paint(self, item: Item, on_progress: OnProgress) -> dict[str, Any]:
        """Have one photo painted, and write the picture."""
        job_ids = []

        def watch(job: Job) -> None:
            job_ids.append(job.job_id)
            self._job_ids.add(job.job_id)
            if self._over.is_set():
                raise CancelledError
            on_progress(job.stage or job.status, job.percent)

        options = self._options.model_copy(update={"format": item.format})
        try:
            done = self._client.transform(item.source, options, watch)
        except AnimeError:
            if self._over.is_set():
                raise CancelledError from None
            raise
        finally:
            self._job_ids.difference_update(job_ids)
        write_atomically(item.target, done.data)
        return done.facts()

    def cancel(self) -> None:
        """Cancel the jobs that are on the server; one that comes there yet cancels itself."""
        self._over.set()
        for job_id in tuple(self._job_ids):
            with contextlib.suppress(AnimeError):
                self._client.cancel(job_id)


@app.command("styles")
def styles_command(context: typer.Context, as_json: opt.Json = False) -> None:
    """List the styles of the server, and mark which are installed there."""
    client: AnimeClient = context.obj
    print_styles([style.model_dump() for style in client.styles()], as_json=as_json)
