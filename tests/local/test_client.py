"""The client, with a server as people run it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from anime_local.client import AnimeClient
from anime_local.client.answers import Job
from anime_shared import errors
from anime_shared.options import FacesMode, OutputFormat, PaintOptions
from tests.local.served import Served
from tests.pictures import file_of, gradient, opened

ROOT = Path(__file__).parents[2]


def test_a_photo_is_painted_and_its_way_is_told(client: AnimeClient, tmp_path: Path) -> None:
    photo = tmp_path / "photo"
    photo.write_bytes(file_of(gradient(), "JPEG"))
    told: list[Job] = []
    options = PaintOptions(format=OutputFormat.WEBP, faces=FacesMode.OFF)
    done = client.transform(photo, options, told.append)
    picture = opened(done.data)
    assert (picture.format, picture.size) == ("WEBP", (64, 48))
    assert told[-1].status == "succeeded"
    assert [job.percent for job in told] == sorted(job.percent for job in told)
    assert {job.job_id for job in told} == {done.job.job_id}
    facts = done.facts()
    assert (facts["style"], facts["width"], facts["height"]) == ("hayao", 64, 48)
    assert facts["timings"]["stylise"] > 0


def test_the_example_of_the_readme_paints(
    server: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert "http://127.0.0.1:8000" in example
    monkeypatch.chdir(tmp_path)
    Path("photo.jpg").write_bytes(file_of(gradient(50, 40), "JPEG"))
    exec(example.replace("http://127.0.0.1:8000", server.url), {})  # noqa: S102 - our own
    assert opened(Path("anime.jpg").read_bytes()).size == (40, 50)


def test_the_same_again_is_answered_from_the_cache(client: AnimeClient) -> None:
    photo = file_of(gradient(40, 40))
    first, second = client.transform(photo), client.transform(photo)
    assert (first.job.cached, second.job.cached) == (False, True)
    assert first.data == second.data
    assert first.job.job_id != second.job.job_id


@pytest.mark.parametrize(
    ("photo", "options", "kind", "field"),
    [
        (b"", PaintOptions(), errors.EmptyPicture, "image"),
        (b"no picture", PaintOptions(), errors.NotAPicture, "image"),
        (file_of(gradient())[:90], PaintOptions(), errors.BrokenPicture, "image"),
        (file_of(gradient()), PaintOptions(style="nobody"), errors.UnknownStyle, "style"),
        (file_of(gradient()), PaintOptions(style="paprika"), errors.StyleNotInstalled, "style"),
    ],
    ids=["empty", "text", "cut short", "unknown style", "not installed"],
)
def test_what_the_server_refuses_is_raised_as_what_it_is(
    photo: bytes,
    options: PaintOptions,
    kind: type[errors.AnimeError],
    field: str,
    client: AnimeClient,
) -> None:
    with pytest.raises(kind) as raised:
        client.transform(photo, options)
    assert raised.value.field == field
    assert raised.value.detail.startswith(f"{field}: ")


def test_a_cancelled_job_is_gone(client: AnimeClient) -> None:
    photo = file_of(gradient())
    upload = client.create_upload("photo.png", len(photo), "image/png")
    client.put(upload, photo)
    job = client.submit(upload.upload_id, PaintOptions())
    client.cancel(job.job_id)
    with pytest.raises(errors.UnknownJob):
        client.job(job.job_id)


def test_who_stops_watching_cancels_the_job(client: AnimeClient) -> None:
    seen: list[str] = []

    def watch(job: Job) -> None:
        seen.append(job.job_id)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client.transform(file_of(gradient()), on_progress=watch)
    with pytest.raises(errors.UnknownJob):
        client.job(seen[0])


def test_the_styles_of_the_server(client: AnimeClient) -> None:
    styles = {style.id: style.installed for style in client.styles()}
    assert styles["hayao"]
    assert not styles["paprika"]
