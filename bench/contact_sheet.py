"""``make contact-sheet FACES=folder``: every photo ``face_*`` before and after, and its seams.

Writes sheets to look at, and prints how visible the edges of the pasted faces are
(``tests/seams.py``: about 1 is invisible). Of another style than the default one:
``python -m bench.contact_sheet FACES OUT --style ID``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from PIL import Image
from rich.console import Console
from rich.progress import track

from anime_inference.composition import limits_of, load_models
from anime_inference.logic.decode import decode
from anime_inference.logic.faces.align import portrait_transform
from anime_inference.logic.faces.find import find_faces
from anime_inference.logic.faces.portraits import paint_face, paste_faces
from anime_inference.logic.faces.select import judge
from anime_inference.logic.generator import Models
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels
from anime_inference.logic.stylise import paint
from anime_inference.settings import Settings
from anime_shared.options import TransformOptions
from anime_shared.styles import DEFAULT_STYLE
from anime_shared.treatment import choose_treatment
from bench.skin import face_photos
from tests.seams import seam_ratio

_ROW = 300
_COLUMNS, _ROWS = 3, 6


def before_and_after(
    file: Path,
    models: Models,
    seams: list[tuple[float, str]],
    outcomes: Counter[str],
    style: str = DEFAULT_STYLE.id,
) -> Pixels:
    """The photo and the result side by side, at most 600 x 300 pixels."""
    settings, treatment = Settings(), choose_treatment(TransformOptions(style=style))
    assert treatment.background is not None
    assert treatment.face is not None
    photo = decode(file.read_bytes(), limits_of(settings).decode).rgb
    memory = Memory(settings.memory_budget)
    background = paint(photo, models.generators.get(treatment.background), memory)
    found = find_faces(photo, models.detectors.get())
    reports = judge(photo, found, 20)
    outcomes.update(str(report.reason or "treated") for report in reports)
    treated = [face for face, report in zip(found, reports, strict=True) if report.treated]
    side = treatment.face.face_side or 0
    generator = models.generators.get(treatment.face)
    crops = [paint_face(photo, face, generator, side, memory) for face in treated]
    result = background.copy()
    paste_faces(result, treated, crops, background)
    for face in treated:
        ratio = seam_ratio(result, background, portrait_transform(face.landmarks, 256))
        seams.append((ratio, file.name))
    both = Image.fromarray(np.concatenate((photo, result), axis=1))
    both.thumbnail((2 * _ROW, _ROW), Image.Resampling.LANCZOS)
    return np.asarray(both)


def sheets(pictures: list[Pixels]) -> Iterator[Image.Image]:
    """The pictures in rows, some a sheet."""
    for start in range(0, len(pictures), _COLUMNS * _ROWS):
        sheet = Image.new("RGB", (2 * _ROW * _COLUMNS, _ROW * _ROWS), "white")
        for index, picture in enumerate(pictures[start : start + _COLUMNS * _ROWS]):
            row, column = divmod(index, _COLUMNS)
            sheet.paste(Image.fromarray(picture), (2 * _ROW * column, _ROW * row))
        yield sheet


def main(
    folder: Path,
    out: Path,
    style: Annotated[str, typer.Option(help="What paints them.")] = DEFAULT_STYLE.id,
) -> None:
    """Sheets into ``out``; figures to the terminal."""
    files = face_photos(folder)
    models = load_models(Settings())
    seams: list[tuple[float, str]] = []
    outcomes: Counter[str] = Counter()
    pictures = [
        before_and_after(file, models, seams, outcomes, style)
        for file in track(files, "painting", console=Console(stderr=True))
    ]
    out.mkdir(parents=True, exist_ok=True)
    for number, sheet in enumerate(sheets(pictures), start=1):
        sheet.save(out / f"faces_{number:02}.png")
    console = Console(width=100)
    console.print(f"{len(files)} photos, faces: {dict(outcomes)}")
    if not seams:
        return
    ratios = np.array([ratio for ratio, _ in seams])
    console.print(
        f"seams, {len(ratios)}: median {np.median(ratios):.2f}, "
        f"95 % under {np.quantile(ratios, 0.95):.2f}, worst {ratios.max():.2f}"
    )
    for ratio, name in sorted(seams, reverse=True)[:5]:
        console.print(f"  {ratio:.2f} {name}")


if __name__ == "__main__":
    typer.run(main)
