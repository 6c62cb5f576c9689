"""``make golden``: keep today's golden pictures, and show how they differ from the kept ones."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from anime_inference.composition import limits_of, load_models
from anime_inference.logic.picture import Pixels
from anime_inference.settings import read_settings
from tests.golden.pictures import FOLDER, Golden, distance, goldens

SHEET: Final = Path(".golden/changes.png")
_GAIN: Final = 8
console = Console(highlight=False)


def main() -> None:
    """Paint, compare and write; the sheet has a row for each picture that changed."""
    settings = read_settings()
    models = load_models(settings)
    table = Table("picture", "mean", "99 %", title="Difference in grey levels")
    rows: list[Pixels] = []
    FOLDER.mkdir(exist_ok=True)
    for golden in goldens():
        painted = golden.paint(models, limits_of(settings))
        told = _compare(golden, painted, rows)
        table.add_row(golden.file.stem, *told)
        if told != ("0.00", "0.0"):
            Image.fromarray(painted).save(golden.file, optimize=True)
    kept = {golden.file for golden in goldens()}
    for file in set(FOLDER.iterdir()) - kept:
        file.unlink()
        table.add_row(file.stem, "removed", "")
    console.print(table)
    if rows:
        _save(rows)
        console.print(f"{len(rows)} changed: look at {SHEET} (before, after, difference x {_GAIN})")


def _compare(golden: Golden, painted: Pixels, rows: list[Pixels]) -> tuple[str, str]:
    if not golden.file.exists():
        return "new", ""
    kept = golden.read()
    if kept.shape != painted.shape:
        return "another size", ""
    mean, p99 = distance(painted, kept)
    if mean > 0:
        rows.append(np.concatenate((kept, painted, _difference(kept, painted)), axis=1))
    return f"{mean:.2f}", f"{p99:.1f}"


def _difference(before: Pixels, after: Pixels) -> Pixels:
    """RGB ``uint8[H, W, 3]``, grey where nothing changed."""
    change = after.astype(np.int16) - before
    scaled: Pixels = np.clip(128 + _GAIN * change, 0, 255).astype(np.uint8)
    return scaled


def _save(rows: list[Pixels]) -> None:
    width = max(row.shape[1] for row in rows)
    padded = [np.pad(row, ((0, 8), (0, width - row.shape[1]), (0, 0))) for row in rows]
    SHEET.parent.mkdir(exist_ok=True)
    Image.fromarray(np.concatenate(padded)).save(SHEET)


if __name__ == "__main__":
    main()
