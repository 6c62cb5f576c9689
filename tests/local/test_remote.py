"""``animegan remote``, as a person calls it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from anime_local.cli import app
from anime_shared.styles import STYLES
from tests.local.served import Served
from tests.pictures import file_of, gradient, opened


def remote(server: Served, *arguments: object) -> Result:
    command = ["remote", "--url", server.url, *map(str, arguments)]
    return CliRunner().invoke(app, command)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    (folder / "trip").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "trip/b.png", "trip/c.png")):
        (folder / name).write_bytes(file_of(gradient(16 + number, 24), "PNG"))
    (folder / "bad.png").write_bytes(file_of(gradient())[:90])
    return folder


def test_a_folder_is_painted_and_who_fails_is_named(
    server: Served, album: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = remote(server, "transform", "--parallel", 3, album, out)
    assert first.exit_code == 1
    assert "3 done, 0 skipped, 1 failed" in first.stderr
    assert f"{album / 'bad.png'}: image: the file is cut short" in " ".join(first.stderr.split())
    assert opened((out / "a.jpg").read_bytes()).format == "JPEG"
    assert opened((out / "trip/c.png").read_bytes()).size == (24, 18)
    again = remote(server, "transform", album, out)
    assert "0 done, 3 skipped, 1 failed" in again.stderr


def test_json_lines_are_those_of_a_picture_painted_here(
    server: Served, album: Path, tmp_path: Path
) -> None:
    result = remote(
        server, "transform", "--json", album / "a.jpg", album / "bad.png", tmp_path / "out"
    )
    told = {line.pop("input"): line for line in map(json.loads, result.stdout.splitlines())}
    assert set(told[str(album / "a.jpg")]) == {
        "output", "style", "model", "face_style", "face_model", "width", "height",
        "frames", "painted_share", "timings", "faces", "job_id", "cached", "variant", "receipt",
    }  # fmt: skip
    problem = told[str(album / "bad.png")]["problem"]
    assert problem["type"] == "urn:anime:problem:broken-picture"


def test_styles_of_the_server(server: Served) -> None:
    assert "hayao" in remote(server, "styles").stdout
    lines = [json.loads(line) for line in remote(server, "styles", "--json").stdout.splitlines()]
    bundled = [style.id for style in STYLES if style.bundled]
    assert [line["id"] for line in lines if line["installed"]] == bundled


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--url", "nowhere", "styles"], "url: it begins with http"),
        (["transform", "a.png", "-"], "no pipe"),
        (["transform", "a.png"], "name a photo and what it shall become"),
        (["transform", "a.png", "b.png", "--style", "hayou"], "did you mean hayao"),
        (["transform", "a.png", "b.png", "--parallel", "0"], "parallel"),
    ],
)
def test_usage_errors(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(app, ["remote", *arguments])
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())


def test_ctrl_c_cancels_what_is_on_the_server(server: Served, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(4):
        (photos / f"{number}.png").write_bytes(file_of(gradient(1500 + number, 1500)))

    def sent() -> set[Path]:
        return {file for file in (server.data / "uploads").rglob("*") if file.is_file()}

    before = sent()
    command = ["remote", "--url", server.url, "transform", str(photos), str(tmp_path / "out")]
    process = subprocess.Popen(
        [sys.executable, "-m", "anime_local", *command], stderr=subprocess.DEVNULL
    )
    end = time.monotonic() + 20
    while len(sent() - before) < 4:
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) != 0
    assert not sent() - before
