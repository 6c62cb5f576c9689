"""``animegan styles``: what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.table import Table

from anime_inference.composition import model_store
from anime_inference.settings import read_settings
from anime_local.cli import options as opt
from anime_local.cli.terminal import out, print_json
from anime_shared.styles import STYLES


def styles_command(as_json: opt.Json = False) -> None:
    """List the styles, and mark which are installed."""
    store = model_store(read_settings())
    print_styles(
        [
            {
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
            for style in STYLES
        ],
        as_json=as_json,
    )
    if not as_json and not all(store.is_installed(style) for style in STYLES):
        out.print("\nInstall one with `animegan models pull STYLE`.")


def print_styles(styles: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    """A table for people, or every detail as one JSON object a line."""
    if as_json:
        for style in styles:
            print_json(style)
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("", "style", "title", "good for"):
        table.add_column(heading, no_wrap=True)
    table.add_column("licence")
    for style in styles:
        mark = "[green]installed[/]" if style["installed"] else "[dim]-[/]"
        table.add_row(mark, style["id"], style["title"], style["good_for"], style["licence"])
    out.print(table)
