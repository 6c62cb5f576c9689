"""The command line, as a person or a script calls it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from anime_inference.settings import Settings, read_settings
from anime_local.cli import app
from anime_shared.errors import InvalidField
from anime_shared.styles import STYLES
from tests.clips import clip_of, moving, seen
from tests.pictures import file_of, gradient, opened, png_bomb


def animegan(*arguments: object, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(file_of(gradient(), "JPEG"))
    return file


def test_one_file(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "new folder" / "anime.png"
    result = animegan("transform", photo, out)
    assert result.exit_code == 0, result.output
    image = opened(out.read_bytes())
    assert (image.format, image.size) == ("PNG", (64, 48))
    assert "1 done, 0 skipped, 0 failed" in result.stderr
    assert result.stdout == ""


def test_json_lines(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    result = animegan("transform", "--json", photo, tmp_path / "bad.png", tmp_path / "out")
    assert result.exit_code == 1
    good, bad = lines(result.stdout)
    assert set(good) == {
        "input", "output", "style", "model", "face_style", "face_model", "width", "height",
        "frames", "painted_share", "timings", "faces", "receipt",
    }  # fmt: skip
    assert good["output"] == str(tmp_path / "out" / "photo.jpg")
    assert good["faces"] == []
    assert good["receipt"]["cost_usd"] > 0  # type: ignore[index]
    assert set(good["timings"]) == {"decode", "detect", "stylise", "paste", "encode"}  # type: ignore[call-overload]
    assert bad["input"] == str(tmp_path / "bad.png")
    assert bad["problem"]["type"] == "urn:anime:problem:not-a-picture"  # type: ignore[index]


@pytest.mark.parametrize("name", ["out.gif", "out.webp", "out.png", "out/"])
def test_a_clip(name: str, tmp_path: Path) -> None:
    (tmp_path / "in.gif").write_bytes(clip_of(moving(3), "GIF", duration=70, loop=0))
    (tmp_path / "out").mkdir()
    result = animegan("transform", "--json", "--faces", "off", tmp_path / "in.gif", tmp_path / name)
    assert result.exit_code == 0, result.output
    (facts,) = lines(result.stdout)
    assert facts["frames"] == 3
    written = Path(str(facts["output"]))
    assert written.name in ("in.gif", name)
    shown = seen(written.read_bytes())
    assert (shown.milliseconds, shown.loop) == ([70] * 3, 0)


def test_the_first_frame_of_a_clip(tmp_path: Path) -> None:
    (tmp_path / "in.gif").write_bytes(clip_of(moving(3), "GIF"))
    for name, option in (("out.png", "--no-animate"), ("out.jpg", "--animate")):
        result = animegan("transform", option, tmp_path / "in.gif", tmp_path / name)
        assert result.exit_code == 0, result.output
        assert getattr(opened((tmp_path / name).read_bytes()), "n_frames", 1) == 1


def test_a_clip_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIME_MAX_FRAMES", "2")
    (tmp_path / "in.gif").write_bytes(clip_of(moving(3), "GIF"))
    result = animegan("transform", tmp_path / "in.gif", tmp_path / "out.gif")
    assert result.exit_code == 1
    assert "more than 2 frames" in " ".join(result.stderr.split())
    assert not (tmp_path / "out.gif").exists()


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    for name, fmt in (("a.jpg", "JPEG"), ("trip/b.PNG", "PNG"), ("trip/day 2/c.gif", "GIF")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(file_of(gradient(16, 24), fmt))
    (folder / "notes.txt").write_text("no photo")
    return folder


def written(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_folder_keeps_its_subfolders(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = animegan("transform", album, out)
    assert result.exit_code == 0, result.output
    assert written(out) == ["a.jpg", "trip/b.png", "trip/day 2/c.gif"]
    assert written(album) == ["a.jpg", "notes.txt", "trip/b.PNG", "trip/day 2/c.gif"]


def test_what_is_done_is_skipped_unless_told(album: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    animegan("transform", album, out)
    (out / "a.jpg").write_bytes(b"mine")
    (out / "trip/b.png").unlink()
    again = animegan("transform", album, out)
    assert "1 done, 2 skipped, 0 failed" in again.stderr
    assert (out / "a.jpg").read_bytes() == b"mine"
    forced = animegan("transform", album, out, "--overwrite")
    assert "3 done, 0 skipped, 0 failed" in forced.stderr
    assert (out / "a.jpg").read_bytes() != b"mine"


def test_an_output_folder_inside_the_input_is_no_input(album: Path) -> None:
    animegan("transform", album, album / "out")
    again = animegan("transform", album, album / "out")
    assert "0 done, 3 skipped, 0 failed" in again.stderr


def test_the_format_of_all(album: Path, tmp_path: Path) -> None:
    result = animegan("transform", album, tmp_path / "out", "--format", "webp")
    assert result.exit_code == 0
    assert written(tmp_path / "out") == ["a.webp", "trip/b.webp", "trip/day 2/c.webp"]


def test_a_dry_run_writes_nothing(album: Path, tmp_path: Path) -> None:
    result = animegan("transform", "--dry-run", album, tmp_path / "out")
    assert result.exit_code == 0
    assert str(tmp_path / "out" / "trip" / "b.png") in result.stderr
    assert not (tmp_path / "out").exists()


def test_one_that_fails_does_not_stop_the_others(album: Path, tmp_path: Path) -> None:
    (album / "bad.png").write_bytes(file_of(gradient())[:90])
    (album / "empty.jpg").write_bytes(b"")
    result = animegan("transform", album, tmp_path / "out")
    assert result.exit_code == 1
    assert f"{album / 'bad.png'}: image: the file is cut short or damaged" in result.stderr
    assert f"{album / 'empty.jpg'}: image: the file is empty" in result.stderr
    assert "3 done, 0 skipped, 2 failed" in result.stderr


def test_compare_and_strength(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    animegan("transform", photo, out, "--compare", "--strength", 0)
    both = np.asarray(opened(out.read_bytes()))
    np.testing.assert_array_equal(both[:, :64], both[:, 64:])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["photo.jpg"], "name a photo and what it shall become"),
        (["photo.jpg", "out.png", "--style", "hayou"], "did you mean hayao"),
        (["photo.jpg", "out.png", "--strength", "7"], "strength: input should be less than or"),
        (["photo.jpg", "out.png", "--quality", "0"], "quality: input should be greater"),
        (["photo.jpg", "out.png", "--max-side", "1"], "max_side: input should be greater"),
        (["photo.jpg", "out.bmp"], "can't write .bmp"),
        (["photo.jpg", "out.png", "--format", "jpeg"], "doesn't fit the name out.png"),
        (["photo.jpg", "out.png", "--format", "tiff"], "tiff"),
        (["photo.jpg", "photo.png", "out", "--format", "webp"], "would both become"),
        (["photo.jpg", "photo.jpg"], "overwritten by its own result"),
        (["nothing", "out"], "has no photos"),
        (["-", "photo.jpg", "-"], "one photo at a time"),
        (["photo.jpg", "out.png", "--faces", "some"], "some"),
        (["photo.jpg", "out.png", "--face-style", "shinkai"], "wasn't made for faces"),
        (["photo.jpg", "out.png", "--max-faces", "-1"], "max_faces: input should be greater"),
        (["--colour", "photo.jpg", "out.png"], "colour"),
    ],
)
def test_usage_errors(
    arguments: Sequence[str],
    says: str,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nothing").mkdir()
    (tmp_path / "photo.png").write_bytes(photo.read_bytes())
    before = photo.read_bytes()
    result = animegan("transform", *arguments)
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())
    assert photo.read_bytes() == before


@pytest.mark.parametrize("name", ["missing.jpg", "[bold]missing[/].jpg"])
def test_a_missing_file_fails_by_name(name: str, tmp_path: Path) -> None:
    result = animegan("transform", tmp_path / name, tmp_path / "out.png")
    assert result.exit_code == 1
    assert name in result.stderr
    assert "No such file" in result.stderr


def test_a_style_that_is_not_installed_fails_with_the_command_to_mend_it(
    photo: Path, tmp_path: Path
) -> None:
    result = animegan("transform", photo, tmp_path / "out.png", "--style", "paprika")
    assert result.exit_code == 1
    assert "animegan models pull paprika" in result.stderr


def test_styles_as_a_table_and_as_json() -> None:
    table = animegan("styles")
    assert all(style.id in table.stdout for style in STYLES)
    facts = lines(animegan("styles", "--json").stdout)
    assert [fact["id"] for fact in facts] == [style.id for style in STYLES]
    bundled = [style.id for style in STYLES if style.bundled]
    assert [fact["id"] for fact in facts if fact["installed"]] == bundled
    assert all(fact["checksums"] for fact in facts)


def test_pull_from_a_folder_names_what_is_missing(tmp_path: Path) -> None:
    result = animegan("models", "pull", "paprika", "--from", tmp_path)
    assert result.exit_code == 1
    assert "has no paprika.pt" in result.stderr


def test_pull_refuses_a_wrong_checksum(tmp_path: Path, own_model_folder: Path) -> None:
    (tmp_path / "paprika.pt").write_bytes(b"wrong")
    result = animegan("models", "pull", "paprika", "--from", tmp_path)
    assert result.exit_code == 1
    assert "wrong checksum" in result.stderr
    assert not own_model_folder.exists()


def test_pull_of_unknown_and_of_bundled_styles() -> None:
    assert animegan("models", "pull", "nobody").exit_code == 2
    result = animegan("models", "pull", "hayao")
    assert result.exit_code == 0
    assert "comes with AnimeGAN" in result.stderr


def test_verify(own_model_folder: Path) -> None:
    assert "hayao: ok" in animegan("models", "verify").stderr
    own_model_folder.mkdir()
    (own_model_folder / f"paprika.{'0' * 64}.onnx").write_bytes(b"damaged")
    damaged = animegan("models", "verify")
    assert damaged.exit_code == 1
    assert "hayao: ok" in damaged.stderr
    assert "checksum is wrong" in damaged.stderr
    assert animegan("models", "verify", "shinkai_full").exit_code == 1
    assert animegan("models", "verify", "nobody").exit_code == 2


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ANIME_THREADS", "-1", "ANIME_THREADS: input should be greater than or equal to 0"),
        ("ANIME_MAX_PIXELS", "many", "ANIME_MAX_PIXELS: input should be a valid integer"),
        ("ANIME_WEIGHTS_URL", "ftp://x", "ANIME_WEIGHTS_URL"),
    ],
)
def test_a_bad_setting_is_named(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidField, match=says):
        read_settings()


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(Settings(), "threads", 3)  # noqa: B010 - mypy knows that it is wrong


# --- as a process ------------------------------------------------------------------------------


def run(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "anime_local", *map(str, arguments)]
    return subprocess.run(command, input=stdin, capture_output=True, check=False)


def test_a_pipe() -> None:
    done = run("transform", "-", "-", "--format", "webp", stdin=file_of(gradient()))
    assert done.returncode == 0, done.stderr
    image = opened(done.stdout)
    assert (image.format, image.size) == ("WEBP", (64, 48))


@pytest.mark.slow
def test_a_pipe_into_a_file_and_out_of_one(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.avif"
    assert run("transform", "-", out, stdin=photo.read_bytes()).returncode == 0
    assert opened(out.read_bytes()).format == "AVIF"
    assert opened(run("transform", photo, "-").stdout).format == "JPEG"


def test_a_pipe_into_a_file_is_asked_like_a_file(photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    planned = animegan("transform", "--dry-run", "-", out, stdin=photo.read_bytes())
    assert planned.exit_code == 0
    assert "out.png" in planned.stderr
    assert not out.exists()
    out.write_bytes(b"kept")
    skipped = animegan("transform", "-", out, stdin=photo.read_bytes())
    assert "done already, skipped" in skipped.stderr
    assert out.read_bytes() == b"kept"
    done = animegan("transform", "--overwrite", "--json", "-", out, stdin=photo.read_bytes())
    (facts,) = lines(done.stdout)
    assert (facts["input"], facts["output"], facts["width"]) == ("-", str(out), 64)
    assert opened(out.read_bytes()).format == "PNG"


@pytest.mark.parametrize("name", ["missing.jpg", "."])
def test_what_no_pipe_can_read_fails_by_name(name: str, tmp_path: Path) -> None:
    result = animegan("transform", tmp_path / name, "-")
    assert result.exit_code == 1
    assert f"error: {tmp_path / name}" in result.stderr
    assert result.stdout_bytes == b""


def test_facts_and_a_picture_do_not_share_stdout(photo: Path) -> None:
    result = animegan("transform", "--json", photo, "-")
    assert result.exit_code == 2
    assert "json: stdout is where the picture goes" in result.stderr


def test_help_names_every_option() -> None:
    text = run("transform", "--help").stdout.decode()
    options = (
        "style strength keep-colors format quality max-side faces face-style background-style "
        "max-faces compare overwrite dry-run json"
    )
    for option in options.split():
        assert f"--{option}" in text


@pytest.mark.parametrize("damage", ["missing", "empty", "corrupt"])
def test_a_server_without_its_face_pack_does_not_start(
    damage: str, own_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if damage != "missing":
        (own_model_folder / "faces").mkdir(parents=True)
    if damage == "corrupt":
        for name in ("det.onnx", "manifest.json"):
            (own_model_folder / "faces" / name).write_bytes(b"damaged")
    monkeypatch.setenv("ANIME_FACE_DETECTOR", "insightface")
    done = run("serve", "--port", "1")
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert "faces/det.onnx" in line
    assert "animegan models pull faces --from FOLDER" in line


@pytest.mark.measures
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (png_bomb(50_000, 50_000), "the limit is 50.0"),
        (b"", "the file is empty"),
        (bytes(60_000_000), "the limit is 32.0 MiB"),
        (b"GIF89a" + bytes(100), "image:"),
    ],
    ids=["bomb", "empty", "60 MB", "gif"],
)
def test_bad_input_costs_little(data: bytes, says: str, tmp_path: Path) -> None:
    """Within 0.5 s beyond the start of Python, and 300 MB."""
    bad = tmp_path / "bad.png"
    bad.write_bytes(data)
    start = time.perf_counter()
    # A process inherits the peak memory of the one that forked it, so a small one stands between.
    measure = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:])\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
        "sys.exit(done.returncode)"
    )
    transform = [sys.executable, "-m", "anime_local", "transform", bad, tmp_path / "out.png"]
    done = subprocess.run(
        [sys.executable, "-c", measure, *map(str, transform)],
        capture_output=True,
        text=True,
        check=False,
    )
    elapsed = time.perf_counter() - start
    assert done.returncode == 1
    assert says in done.stderr
    assert int(done.stdout) < 300 * 1024
    assert elapsed < 2.5
