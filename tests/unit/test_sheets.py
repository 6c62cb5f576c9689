"""Contact sheets of photo, teacher and student."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.pictures import gradient
from training.fidelity import Fidelity
from training.sheets import ContactSheet, spread_over

FIDELITY = Fidelity(psnr=28.0, ssim=0.9, explained_change=0.8, edge_energy=0.9)


@pytest.mark.parametrize(("most", "wanted"), [(None, 10), (20, 10), (10, 10), (3, 3), (1, 1)])
def test_some_are_spread_evenly(most: int | None, wanted: int) -> None:
    found = spread_over(range(10), most)
    assert len(found) == len(set(found)) == wanted
    assert found == sorted(found)
    assert found[0] == 0
    if wanted > 1:
        assert max(np.diff(found)) - min(np.diff(found)) <= 1


def test_pages_hold_pictures_at_full_size_in_order(tmp_path: Path) -> None:
    (tmp_path / "page_99.jpg").write_bytes(b"of an earlier run")
    sheet = ContactSheet(tmp_path)
    photo, teacher, student = (np.full((700, 200, 3), n, np.uint8) for n in (40, 120, 220))
    for number in range(7):
        sheet.add(f"photo_{number}.jpg", photo, teacher, student, FIDELITY)
    sheet.close()
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["overview.jpg", "page_01.jpg", "page_02.jpg"]
    with Image.open(tmp_path / "page_01.jpg") as page:
        levels = [page.convert("L").getpixel((100 + 208 * column, 400)) for column in range(3)]
    assert levels == pytest.approx([40, 120, 220], abs=2)
    with Image.open(tmp_path / "overview.jpg") as overview:
        assert overview.width == 4 * 480 + 3 * 8


def test_a_page_is_as_wide_as_its_words(tmp_path: Path) -> None:
    sheet = ContactSheet(tmp_path)
    tiny = gradient(16, 16)
    sheet.add("a_photo_with_quite_a_long_name.jpg", tiny, tiny, tiny, FIDELITY)
    sheet.close()
    with Image.open(tmp_path / "page_01.jpg") as page:
        assert page.width > 300
