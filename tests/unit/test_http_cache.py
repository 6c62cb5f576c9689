"""The HTTP interface: pictures painted before, and who may ask for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from anime_inference.entry.http.app import create_app
from anime_inference.settings import Settings
from tests.pictures import file_of, gradient

URL = "/api/v1/transform"
PROBLEM = "application/problem+json"


def image_field(data: bytes) -> dict[str, tuple[str, bytes]]:
    return {"image": ("photo.png", data)}


def test_the_same_photo_again_is_answered_from_the_cache(tmp_path: Path) -> None:
    photo = image_field(file_of(gradient(40, 50)))
    with TestClient(create_app(Settings(data_dir=tmp_path))) as client:
        first, second = (client.post(URL, files=photo) for _ in range(2))
        wanted = {"Accept": "image/jpeg", "X-Correlation-ID": "the-same"}
        picture, again = (client.post(URL, files=photo, headers=wanted) for _ in range(2))
    assert [answer.headers["anime-cached"] for answer in (first, second)] == ["false", "true"]
    told = [answer.json() for answer in (first, second)]
    assert [answer.pop("cached") for answer in told] == [False, True]
    painted, found = (answer.pop("elapsed_time") for answer in told)
    assert found < painted
    assert told[0] == told[1]
    # Another format is another picture.
    assert picture.headers.pop("anime-cached") == "false"
    assert again.headers.pop("anime-cached") == "true"
    assert again.headers == picture.headers
    assert again.content == picture.content


@pytest.mark.parametrize("cache", [True, False])
def test_without_a_cache_every_photo_is_painted(tmp_path: Path, *, cache: bool) -> None:
    (tmp_path / "data").write_text("not a folder")
    settings = Settings(data_dir=tmp_path / "data", result_cache=cache)
    with TestClient(create_app(settings)) as client:
        answers = [client.post(URL, files=image_field(file_of(gradient()))) for _ in range(2)]
    assert [answer.json()["cached"] for answer in answers] == [False, False]


def test_a_known_picture_waits_for_no_other(tmp_path: Path) -> None:
    photo = image_field(file_of(gradient()))
    settings = Settings(data_dir=tmp_path, max_waiting=0)
    with TestClient(create_app(settings)) as client, ThreadPoolExecutor(1) as pool:
        client.post(URL, files=photo)
        big = file_of(gradient(1200, 1200), "JPEG")
        job = pool.submit(client.post, URL, files=image_field(big))
        answers = []
        while not job.done():
            answers.append(client.post(URL, files=photo))
        assert job.result().status_code == 200
    assert answers
    assert {answer.status_code for answer in answers} == {200}


def test_keys_and_origins_are_checked() -> None:
    settings = Settings(
        api_keys=("secret",), cors_origins=("https://a.example",), result_cache=False
    )
    with TestClient(create_app(settings)) as client:
        refused = client.post(URL, headers={"Origin": "https://a.example"})
        assert refused.status_code == 401
        assert refused.headers["content-type"] == PROBLEM
        assert refused.headers["access-control-allow-origin"] == "https://a.example"
        assert client.post(URL, headers={"X-API-Key": "secret"}).status_code == 422
        assert client.get("/healthz").status_code == 200
