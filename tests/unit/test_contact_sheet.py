"""What shows a style's faces: ``bench/contact_sheet.py`` and ``bench/skin.py``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import typer

from anime_inference.logic.generator import Models
from bench import contact_sheet, skin
from bench.contact_sheet import before_and_after


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    folder = tmp_path / "faces"
    folder.mkdir()
    (folder / "face_1.jpg").write_bytes(skin.PHOTO.read_bytes())
    return folder


def test_each_style_has_sheets_of_its_own(models: Models, faces: Path) -> None:
    first, second = (
        before_and_after(faces / "face_1.jpg", models, [], outcomes := Counter[str](), style)
        for style in ("hayao", "shinkai")
    )
    assert outcomes == {"treated": 1}
    middle = first.shape[1] // 2
    assert np.array_equal(first[:, : middle - 4], second[:, : middle - 4])
    assert not np.array_equal(first[:, middle:], second[:, middle:])


def test_a_sheet_is_written_of_the_style_that_is_named(faces: Path, tmp_path: Path) -> None:
    contact_sheet.main(faces, tmp_path / "sheets", "cute")
    assert [file.name for file in (tmp_path / "sheets").iterdir()] == ["faces_01.png"]


def test_each_style_changes_skin_in_its_own_way(models: Models) -> None:
    first, second = (next(skin.monk_faces(models, style)) for style in ("hayao", "shinkai"))
    assert first.photo == second.photo
    assert first.change != second.change


def test_a_folder_without_photos_of_faces_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "me.jpg").write_bytes(skin.PHOTO.read_bytes())
    with pytest.raises(typer.BadParameter, match=r"face_\*"):
        contact_sheet.main(tmp_path, tmp_path / "sheets")
    with pytest.raises(typer.BadParameter, match=r"face_\*"):
        skin.main(tmp_path)
