"""Contact sheets: photo, teacher and student side by side, at full size and as an overview."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

from PIL import Image, ImageDraw, ImageFont

from training.fidelity import Fidelity
from training.samples import Picture

_Any = TypeVar("_Any")
# Pixels: of a page, after which the next begins; of a line of text; between pictures.
_PAGE_HEIGHT: Final = 2400
_LINE: Final = 26
_GAP: Final = 8
# Of the overview: width and height of a row of three, and rows beside each other.
_SMALL: Final = (480, 160)
_COLUMNS: Final = 4


def spread_over(items: Sequence[_Any], most: int | None) -> list[_Any]:
    """At most that many, evenly over all of them, first one first; all if ``None``."""
    if most is None or most >= len(items):
        return list(items)
    return [items[index * len(items) // most] for index in range(most)]


class ContactSheet:
    """Collects rows into ``page_01.jpg``, ... and ``overview.jpg``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pages = 0
        self._rows: list[Image.Image] = []
        self._small: list[Image.Image] = []
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("page_*.jpg"):
            old.unlink()

    def add(
        self, name: str, photo: Picture, teacher: Picture, student: Picture, found: Fidelity
    ) -> None:
        """One row; all pictures RGB ``uint8[H, W, 3]`` of equal size."""
        words = f"{name}   photo, teacher, student   {found.psnr:.1f} dB   SSIM {found.ssim:.3f}"
        row = _side_by_side([Image.fromarray(each) for each in (photo, teacher, student)])
        self._rows.append(_captioned(row, words))
        small = row.copy()
        small.thumbnail((_SMALL[0], _SMALL[1]), Image.Resampling.LANCZOS)
        self._small.append(_captioned(small, f"{name}   {found.psnr:.1f} dB", _SMALL[0]))
        if sum(each.height for each in self._rows) >= _PAGE_HEIGHT:
            self._write_page()

    def close(self) -> None:
        """Write what isn't written yet."""
        if self._rows:
            self._write_page()
        lines = [
            _side_by_side(self._small[start : start + _COLUMNS])
            for start in range(0, len(self._small), _COLUMNS)
        ]
        _save(_below_each_other(lines), self._folder / "overview.jpg")

    def _write_page(self) -> None:
        self._pages += 1
        _save(_below_each_other(self._rows), self._folder / f"page_{self._pages:02}.jpg")
        self._rows = []


def _side_by_side(pictures: list[Image.Image]) -> Image.Image:
    width = sum(each.width for each in pictures) + _GAP * (len(pictures) - 1)
    together = Image.new("RGB", (width, max(each.height for each in pictures)), "white")
    left = 0
    for each in pictures:
        together.paste(each, (left, 0))
        left += each.width + _GAP
    return together


def _below_each_other(rows: list[Image.Image]) -> Image.Image:
    height = sum(row.height + _GAP for row in rows)
    page = Image.new("RGB", (max((row.width for row in rows), default=1), max(height, 1)), "white")
    top = 0
    for row in rows:
        page.paste(row, (0, top))
        top += row.height + _GAP
    return page


def _captioned(picture: Image.Image, words: str, width: int = 0) -> Image.Image:
    """A line of words above it; at least as wide as both, or as ``width`` if that is given."""
    font = ImageFont.load_default(_LINE * 0.6)
    wide = width or max(picture.width, int(font.getlength(words)) + 1)
    framed = Image.new("RGB", (wide, picture.height + _LINE), "white")
    ImageDraw.Draw(framed).text((0, 2), words, "black", font)
    framed.paste(picture, (0, _LINE))
    return framed


def _save(picture: Image.Image, file: Path) -> None:
    # Thin lines are what is compared: no colour is halved.
    picture.save(file, quality=93, subsampling=0)
