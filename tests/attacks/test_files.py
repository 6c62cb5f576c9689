"""Files that are built to do harm are refused by a typed error, or are a picture after all."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from anime_inference.logic.av1 import coded_sizes
from anime_inference.logic.clip.frames import open_clip
from anime_inference.logic.decode import decode
from anime_inference.logic.effort import MOST_SCANS
from anime_inference.logic.limits import ClipLimits, DecodeLimits
from anime_shared.errors import AnimeError, BrokenPicture
from tests.attacks import files
from tests.attacks.grids import endless, grid
from tests.pictures import file_of, gradient

LIMITS = DecodeLimits(32 * 2**20, 1_000_000)
CLIP_LIMITS = ClipLimits(600, 150_000_000, 600)


def outcome(data: bytes, *, animate: bool = False) -> str:
    """The code of the problem, or "picture"."""
    try:
        if animate and open_clip(data, LIMITS, CLIP_LIMITS) is not None:
            return "clip"
        decode(data, LIMITS)
    except AnimeError as error:
        return error.code
    return "picture"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (files.jpeg_of_scans(MOST_SCANS, 64), "picture-too-complex"),
        (files.png_of_chunks(100_001), "picture-too-complex"),
        (files.gif_of_blocks(), "picture-too-complex"),
        (files.gif_of_rubbish(), "picture-too-complex"),
        (files.lying("AVIF", 1100), "picture-too-large"),
        (files.lying("HEIF", 1100), "broken-picture"),
        (files.avif_of_overlapping_pieces(), "broken-picture"),
        (grid("AVIF", tile=900, across=30, down=30, output=64, items=1), "picture-too-large"),
        (grid("HEIF", tile=900, across=30, down=30, output=64, items=1), "picture-too-large"),
        (grid("AVIF", tile=64, across=1, down=1, output=1100, says=64), "picture-too-large"),
        (grid("HEIF", tile=64, across=1, down=1, output=1100, says=64), "picture-too-large"),
        (grid("AVIF", tile=900, across=4, down=4, output=256, tile_says=64), "picture-too-large"),
        (grid("AVIF", tile=64, across=200, down=200, output=64), "picture-too-complex"),
        (grid("HEIF", tile=64, across=255, down=255, output=64, items=1), "picture-too-complex"),
        (grid("HEIF", tile=8, across=40, down=40, output=64, depth=2), "picture-too-complex"),
        (grid("HEIF", tile=64, across=2, down=1, output=64, depth=9), "broken-picture"),
        (files.png_with_packed(b"zTXt", 2**22), "broken-picture"),
        (files.png_with_packed(b"iTXt", 2**22), "broken-picture"),
        (files.png_with_packed(b"iCCP", 2**22), "broken-picture"),
        (files.gif_reaching_out(), "picture-too-large"),
        (files.gif_clearing(), "picture-too-large"),
        (files.gif_hiding(b"!\xf9\0"), "broken-picture"),
        (files.gif_hiding(b"!\xff\x0bNETSCAPE2.0\0"), "broken-picture"),
        (files.webp_of(16_383, 1), "picture-too-large"),
    ],
)
@pytest.mark.parametrize("animate", [True, False])
def test_a_file_built_to_do_harm_is_refused_at_once(
    data: bytes, code: str, *, animate: bool
) -> None:
    start = time.process_time()
    assert outcome(data, animate=animate) == code
    # Pillow alone takes seconds for most of these, or gigabytes.
    assert time.process_time() - start < 2


def test_what_programs_write_is_not_refused() -> None:
    progressive = file_of(gradient(), "JPEG", progressive=True)
    assert decode(progressive, LIMITS).width == 64
    motion_photo = file_of(gradient(), "JPEG") + b"\xff\xda\0\x04ab" * 2 * MOST_SCANS
    assert decode(motion_photo, LIMITS).width == 64
    assert decode(files.jpeg_of_scans(20, 64), LIMITS).width == 64


@pytest.mark.parametrize("fmt", ["AVIF", "HEIF"])
def test_a_picture_of_many_tiles_is_not_refused(fmt: str) -> None:
    small = grid(fmt, tile=64, across=10, down=10, output=600)
    assert decode(small, LIMITS).rgb.shape == (600, 600, 3)
    # As telephones write them: of the last tiles little is seen.
    at_the_limit = grid(fmt, tile=512, across=2, down=2, output=1000)
    assert decode(at_the_limit, LIMITS).rgb.shape == (1000, 1000, 3)


@pytest.mark.parametrize("fmt", ["AVIF", "HEIF"])
def test_every_cut_of_a_grid_is_a_typed_error(fmt: str) -> None:
    data = grid(fmt, tile=64, across=2, down=2, output=128)
    for length in range(1, data.index(b"mdat"), 3):
        assert outcome(data[:length]) in {"broken-picture", "not-a-picture", "picture-too-large"}


@pytest.mark.parametrize("kind", [b"iloc", b"iinf", b"iref", b"ipma", b"ipco", b"free"])
def test_endless_boxes_are_refused_at_once(kind: bytes) -> None:
    data = endless(kind, 16 * 2**20)
    start = time.process_time()
    assert outcome(data) in {"broken-picture", "picture-too-complex"}
    assert time.process_time() - start < 2


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_the_coded_size_of_an_avif_is_found(mode: str) -> None:
    image = Image.fromarray(gradient(50, 70)).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    sizes = list(coded_sizes(file_of(image, "AVIF")))
    assert sizes == [(70, 50)] * (2 if mode == "RGBA" else 1)
    clip = file_of(image, "AVIF", save_all=True, append_images=[image.rotate(9)] * 3)
    assert set(coded_sizes(clip)) == {(70, 50)}


def test_pieces_that_overlap_are_refused_uncopied() -> None:
    with pytest.raises(BrokenPicture):
        list(coded_sizes(files.avif_of_overlapping_pieces()))


def test_every_cut_of_an_avif_is_a_typed_error_or_told_its_size() -> None:
    data = file_of(gradient(), "AVIF")
    for length in range(0, len(data), 3):
        try:
            assert set(coded_sizes(data[:length])) <= {(64, 48)}
        except BrokenPicture:
            continue


def test_a_damaged_file_does_not_flood_the_log(tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(files.jpeg_with_exif(2**20))
    code = (
        "import sys; from pathlib import Path\n"
        "from anime_inference.logic.decode import decode\n"
        "from anime_inference.logic.limits import DecodeLimits\n"
        "decode(Path(sys.argv[1]).read_bytes(), DecodeLimits(2**25, 10**6))"
    )
    command = [sys.executable, "-c", code, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("bad", [*files.polyglots()], ids=lambda bad: bad.name)
def test_a_polyglot_is_a_picture_or_refused(bad: files.BadFile) -> None:
    assert outcome(bad.data) in bad.answers
