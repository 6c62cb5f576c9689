"""``make bench-skin``: how much lighter or darker the skin becomes, over the Monk scale.

Synthetic faces: one photo, its skin moved to each of the ten tones of the Monk skin tone scale
(E. Monk, 2022; skintone.google). Lightness is CIELAB's L*, 0 to 100, on forehead and cheeks.
``FACES=folder``: of its photos ``face_*``, too. Of another style than the default one:
``python -m bench.skin [FACES] --style ID``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table
from skimage.color import lab2rgb, rgb2lab

from anime_inference.composition import limits_of, load_models
from anime_inference.logic.decode import decode
from anime_inference.logic.faces.align import Transform, crop_face, portrait_transform
from anime_inference.logic.faces.find import find_faces
from anime_inference.logic.faces.select import judge
from anime_inference.logic.generator import Models
from anime_inference.logic.picture import Pixels
from anime_inference.logic.pipeline import transform
from anime_inference.settings import Settings
from anime_shared.options import FacesMode, OutputFormat, TransformOptions
from anime_shared.styles import DEFAULT_STYLE
from tests.pictures import file_of, opened

MONK_TONES = (
    "#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96",
    "#a07e56", "#825c43", "#604134", "#3a312a", "#292420",
)  # fmt: skip
_SIDE = 128
# Forehead and cheeks in the aligned crop: x, y and radius as fractions of its side.
_PATCHES = ((0.5, 0.36, 0.05), (0.36, 0.61, 0.045), (0.64, 0.61, 0.045))
PHOTO = Path(__file__).parents[1] / "docs/pictures/photo.jpg"


@dataclass(frozen=True, slots=True)
class SkinChange:
    """L* of the skin in the photo, and its change by the style."""

    tone: str
    photo: float
    change: float
    change_kept: float


def head() -> Pixels:
    """The head of the example photo, RGB."""
    with Image.open(PHOTO) as photo:
        return np.asarray(photo.convert("RGB"))[:288, 64:384]


def with_tone(rgb: Pixels, transform: Transform, tone: str) -> Pixels:
    """The picture with its skin moved to a tone, light and shade kept in proportion."""
    lab = rgb2lab(rgb)
    skin = np.median(lab_of_skin(rgb, transform), axis=0)
    wanted = rgb2lab(np.array([[[int(tone[i : i + 2], 16) / 255 for i in (1, 3, 5)]]]))[0, 0]
    lab[..., 0] *= wanted[0] / skin[0]
    lab[..., 1:] += wanted[1:] - skin[1:]
    moved: Pixels = np.rint(lab2rgb(lab.clip((0, -100, -100), (100, 100, 100))) * 255).astype(
        np.uint8
    )
    return moved


def lab_of_skin(rgb: Pixels, transform: Transform) -> NDArray[np.float64]:
    """CIELAB of the pixels of forehead and cheeks, ``float[N, 3]``."""
    crop = crop_face(rgb, transform, _SIDE)
    places = (np.arange(_SIDE) + 0.5) / _SIDE
    skin = np.zeros((_SIDE, _SIDE), bool)
    for x, y, radius in _PATCHES:
        skin |= np.hypot(places[None, :] - x, places[:, None] - y) < radius
    pixels: NDArray[np.float64] = rgb2lab(crop)[skin]
    return pixels


def skin_change(
    rgb: Pixels, transform_: Transform, tone: str, models: Models, style: str
) -> SkinChange:
    """The change of one face, without and with ``keep_colors``."""
    data = file_of(rgb)
    photo = float(lab_of_skin(rgb, transform_)[:, 0].mean())
    changes = []
    for keep in (False, True):
        options = TransformOptions(
            style=style, format=OutputFormat.PNG, keep_colors=keep, faces=FacesMode.AUTO
        )
        result = transform(data, options, limits_of(Settings()), models)
        after = lab_of_skin(np.asarray(opened(result.data)), transform_)
        changes.append(float(after[:, 0].mean()) - photo)
    return SkinChange(tone, photo, *changes)


def monk_faces(models: Models, style: str = DEFAULT_STYLE.id) -> Iterator[SkinChange]:
    """The change of a face at each tone of the scale."""
    picture = head()
    (face, *_) = find_faces(picture, models.detectors.get())
    aligned = portrait_transform(face.landmarks, _SIDE)
    for tone in MONK_TONES:
        yield skin_change(with_tone(picture, aligned, tone), aligned, tone, models, style)


def face_photos(folder: Path) -> list[Path]:
    """The photos in a folder that are named ``face_*``: other ones may lie beside them.

    Raises:
        BadParameter: there is none.
    """
    files = sorted(folder.glob("face_*"))
    if not files:
        raise typer.BadParameter(f"no file in {folder} is named face_*")
    return files


def real_faces(files: list[Path], models: Models, style: str) -> Iterator[SkinChange]:
    """The change of the largest face of each photo, if it is treated."""
    for file in files:
        rgb = decode(file.read_bytes(), limits_of(Settings()).decode).rgb
        found = find_faces(rgb, models.detectors.get())
        if found and judge(rgb, found[:1], 1)[0].treated:
            aligned = portrait_transform(found[0].landmarks, _SIDE)
            yield skin_change(rgb, aligned, file.name, models, style)


def main(
    folder: Annotated[Path | None, typer.Argument(help="Photos of faces, named face_*.")] = None,
    style: Annotated[str, typer.Option(help="What paints them.")] = DEFAULT_STYLE.id,
) -> None:
    """Print one row a tone, and what real faces make of it."""
    files = face_photos(folder) if folder else []
    models = load_models(Settings())
    table = Table(title="Lightness of the skin, L*", box=None)
    for heading in ("Monk tone", "photo", "change", "with keep_colors"):
        table.add_column(heading, justify="right")
    changes = list(monk_faces(models, style))
    for change in changes:
        table.add_row(
            change.tone,
            f"{change.photo:.1f}",
            f"{change.change:+.1f}",
            f"{change.change_kept:+.1f}",
        )
    console = Console(width=100)
    console.print(table)
    console.print(_summary("Monk scale", changes))
    if changes := list(real_faces(files, models, style)):
        console.print(_summary("real faces", changes))


def _summary(name: str, changes: list[SkinChange]) -> str:
    free = [abs(change.change) for change in changes]
    kept = [abs(change.change_kept) for change in changes]
    worst = max(changes, key=lambda change: abs(change.change_kept))
    return (
        f"{name}, {len(changes)}: mean {np.mean(free):.1f}, worst {max(free):.1f}; with "
        f"keep_colors mean {np.mean(kept):.1f}, worst {max(kept):.1f} ({worst.tone}), "
        f"{sum(change > 6 for change in kept)} over 6"
    )


if __name__ == "__main__":
    typer.run(main)
