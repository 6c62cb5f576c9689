"""``animegan models``: install and check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from anime_inference.adapters.faces.pack import (
    MEND_COMMAND,
    PACK_FOLDER,
    install_face_pack,
    pack_folder,
    verify_face_pack,
)
from anime_inference.composition import model_store
from anime_inference.settings import read_settings
from anime_local.cli.terminal import err, report
from anime_shared.errors import AnimeError, InstallFailed
from anime_shared.style import Style
from anime_shared.styles import STYLES, find_style

app = typer.Typer(help="Install styles and check what is installed.", no_args_is_help=True)


@app.command("pull")
def pull_command(
    names: Annotated[list[str], typer.Argument(metavar="STYLE...", help="See `animegan styles`.")],
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Take the published files from this folder.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Install styles from their published weights: download, verify, convert.

    `faces` is the model pack of the face detector; it comes from a folder only.

    A download that was cut goes on where it was. Nothing is ever half-installed.
    """
    try:
        wanted = [None if name == PACK_FOLDER else find_style(name) for name in names]
    except AnimeError as error:
        report(error)
        raise typer.Exit(2) from None
    failed = False
    for style in wanted:
        try:
            if style is None:
                _pull_faces(folder)
            else:
                _pull(style, folder)
        except AnimeError as error:
            report(error)
            failed = True
    if failed:
        raise typer.Exit(1)


def _pull_faces(folder: Path | None) -> None:
    if folder is None:
        raise InstallFailed(f"faces: the pack is published nowhere as one; use {MEND_COMMAND}")
    install_face_pack(read_settings().model_folder, folder)
    err.print("faces: installed. The detector YuNet is under the MIT licence.")


def _pull(style: Style, folder: Path | None) -> None:
    if style.bundled is not None:
        err.print(f"{style.id}: comes with AnimeGAN, nothing to install")
        return
    try:
        # onnx is large and only installing needs it.
        from anime_inference.adapters.install import (  # noqa: PLC0415
            install_from_folder,
            install_from_web,
        )
    except ImportError as error:
        raise InstallFailed(
            f"{style.id}: installing needs the package {error.name}: "
            "pip install 'animegan-serverless[local]'"
        ) from error
    settings = read_settings()
    store = model_store(settings)
    if folder is not None:
        model = install_from_folder(style, store, folder)
    else:
        columns = (TextColumn(style.id), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=err) as progress:
            task = progress.add_task(style.id, total=None)
            model = install_from_web(
                style,
                store,
                settings.weights_url,
                lambda done, total: progress.update(task, completed=done, total=total),
            )
    err.print(f"{style.id}: installed ({model.sha256[:12]}). {style.licence}")


@app.command("verify")
def verify_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[STYLE...]", help="Default: all that is installed."),
    ] = None,
) -> None:
    """Check the checksums of installed models, those that come with the code included."""
    store = model_store(read_settings())
    try:
        styles = [find_style(name) for name in names or ()]
    except AnimeError as error:
        report(error)
        raise typer.Exit(2) from None
    failed = not _verify_faces(store.folder)
    for style in styles or [style for style in STYLES if store.is_installed(style)]:
        try:
            model = store.read(style)
        except AnimeError as error:
            report(error)
            failed = True
        else:
            err.print(f"{style.id}: ok ({model.sha256[:12]})")
    if failed:
        raise typer.Exit(1)


def _verify_faces(folder: Path) -> bool:
    """Whether the face pack, if there is one, is undamaged; says so."""
    if not pack_folder(folder).exists():
        return True
    try:
        verify_face_pack(folder)
    except AnimeError as error:
        report(error)
        return False
    err.print("faces: ok")
    return True
