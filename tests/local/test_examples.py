"""The clients in ``docs/examples`` do what they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.served import Served
from tests.pictures import file_of, gradient, opened

EXAMPLES = Path(__file__).parents[2] / "docs/examples"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.png"
    file.write_bytes(file_of(gradient()))
    return file


def run(example: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    interpreter = sys.executable if example.endswith(".py") else "bash"
    command = [interpreter, str(EXAMPLES / example), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("example", ["one_call.sh", "job.sh", "paint.py"])
def test_a_photo_becomes_a_picture(
    server: Served, example: str, photo: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "anime"
    done = run(example, str(photo), str(picture), server.url)
    assert done.returncode == 0, done.stderr
    assert opened(picture.read_bytes()).size == (64, 48)


@pytest.mark.parametrize("example", ["one_call.sh", "job.sh", "paint.py"])
def test_a_file_that_is_no_picture_is_told_of(server: Served, example: str, tmp_path: Path) -> None:
    text = tmp_path / "letter.txt"
    text.write_text("Dear Sir")
    done = run(example, str(text), str(tmp_path / "anime"), server.url)
    assert done.returncode != 0


def test_every_example_is_in_the_list() -> None:
    listed = (EXAMPLES / "README.md").read_text()
    for file in EXAMPLES.iterdir():
        assert file.name == "README.md" or f"[{file.name}]({file.name})" in listed
