"""``animegan styles``: what there is."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from anime_inference.composition import model_store
from anime_inference.settings import read_settings
from anime_local.cli.terminal import out
from anime_shared.styles import STYLES


def styles_command(
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line, with every detail.")
    ] = False,
) -> None:
    """List the styles, and mark which are installed."""
    store = model_store(read_settings())
    if as_json:
        for style in STYLES:
            facts = {
                "id": style.id,
                "title": style.title,
                "good_for": style.good_for,
                "author": style.author,
                "licence": style.licence,
                "source": style.source,
                "checksums": style.checksums,
                "architecture": style.architecture,
                "upsampling": style.upsampling,
                "multiple": style.multiple,
                "aliases": style.aliases,
                "installed": store.is_installed(style),
            }
            print(json.dumps(facts))  # noqa: T201 - stdout is the interface
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("", "style", "title", "good for"):
        table.add_column(heading, no_wrap=True)
    table.add_column("licence")
    for style in STYLES:
        mark = "[green]installed[/]" if store.is_installed(style) else "[dim]-[/]"
        table.add_row(mark, style.id, style.title, style.good_for, style.licence)
    out.print(table)
    if not all(store.is_installed(style) for style in STYLES):
        out.print("\nInstall one with `animegan models pull STYLE`.")
