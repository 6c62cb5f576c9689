"""The inference function's answer, through the web function."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI, Request, Response

from anime_inference.entry.http.app import create_app
from anime_inference.logic import studio
from anime_inference.settings import Settings as InferenceSettings
from anime_shared.errors import PictureTooLarge
from anime_web.entry.http.app import create_app as create_web
from anime_web.settings import Settings as WebSettings
from tests.pictures import opened
from tests.web.conftest import MakeSite
from tests.web.serving import serving
from tests.web.site import PNG, Site, problem_of

PHOTO = {"image": ("me.png", PNG)}


@pytest.fixture(scope="module")
def inference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("inference")
    settings = InferenceSettings(data_dir=folder / "var", model_folder=folder / "models")
    with serving(create_app(settings)) as url:
        yield url


@pytest.fixture
def site(make_site: MakeSite, inference: str) -> Site:
    return make_site(inference_url=inference)


@pytest.mark.parametrize("path", ["/upload", "/api/v1/transform"])
def test_a_photo_at_once(site: Site, path: str) -> None:
    answer = site.client.post(path, files=PHOTO, data={"format": "webp"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "success"
    picture = base64.b64decode(body["result_base64"].partition(",")[2])
    assert (opened(picture).format, opened(picture).size) == ("WEBP", (64, 48))


def test_headers_pass_both_ways(site: Site) -> None:
    answer = site.client.post("/api/v1/transform", files=PHOTO, headers={"Accept": "image/png"})
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["anime-style"] == "hayao"
    assert opened(answer.content).format == "PNG"


def test_its_problems_are_passed_on(site: Site) -> None:
    answer = site.client.post("/upload", files=PHOTO, data={"style": "nobody"})
    assert problem_of(answer, 422, "unknown-style")["field"] == "style"
    problem_of(site.client.post("/upload", files={"image": b"no"}), 415, "not-a-picture")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused(site: Site, *, chunked: bool) -> None:
    data = bytes(33 * 2**20)
    content = iter([data[: 2**20]] * 34) if chunked else data
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = site.client.post("/upload", content=content, headers=headers)
    problem_of(answer, 413, "upload-too-large")


def test_an_unreachable_inference_function_is_a_problem_in_time(make_site: MakeSite) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    site = make_site(inference_url=f"http://127.0.0.1:{port}")
    start = time.monotonic()
    answer = site.client.post("/upload", files=PHOTO)
    assert time.monotonic() - start < 3
    assert problem_of(answer, 503, "inference-unreachable")["retryable"] is True
    assert int(answer.headers["retry-after"]) > 0
    assert site.client.get("/healthz").json() == {"status": "ok"}


def test_a_silent_inference_function_is_a_problem_in_time(make_site: MakeSite) -> None:
    # It takes connections, and never answers.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        site = make_site(inference_url=f"http://127.0.0.1:{port}", forward_timeout=0.5)
        start = time.monotonic()
        answer = site.client.post("/upload", files=PHOTO)
    assert 0.5 <= time.monotonic() - start < 3
    problem_of(answer, 503, "inference-unreachable")


@contextmanager
def in_front_of(app: FastAPI, folder: Path) -> Iterator[str]:
    """A web function that gives the inference function, which this is, a second."""
    with serving(app) as url:
        settings = WebSettings(data_dir=folder, inference_url=url, rate_limit="", forward_timeout=1)
        with serving(create_web(settings)) as web:
            yield web


def slowly(pieces: int) -> Iterator[bytes]:
    for _ in range(pieces):
        time.sleep(0.3)
        yield b"a" * 1000


def test_who_sends_a_photo_slowly_takes_nobody_elses_time(tmp_path: Path) -> None:
    app = FastAPI()

    @app.post("/api/v1/transform")
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    with in_front_of(app, tmp_path) as web:
        answer = httpx2.post(f"{web}/upload", content=slowly(6), timeout=20)
    assert (answer.status_code, answer.content) == (200, b"a" * 6000)


def test_its_seconds_begin_when_it_has_the_photo(tmp_path: Path) -> None:
    app = FastAPI()

    @app.post("/api/v1/transform")
    async def never(request: Request) -> None:
        await request.body()
        await asyncio.sleep(5)

    with in_front_of(app, tmp_path) as web:
        start = time.monotonic()
        answer = httpx2.post(f"{web}/upload", content=slowly(4), timeout=20)
    assert 2 < time.monotonic() - start < 4
    problem_of(answer, 503, "inference-unreachable")


def test_bodies_are_streamed_and_only_needed_headers_sent(make_site: MakeSite) -> None:
    seen: dict[str, str] = {}
    app = FastAPI()

    @app.post("/api/v1/transform")
    async def echo(request: Request) -> Response:
        seen.update(request.headers)
        seen["query"] = str(request.query_params)
        return Response(await request.body(), 207, {"X-Kept": "yes"})

    with serving(app) as url:
        site = make_site(inference_url=url)
        headers = {"Cookie": "secret", "X-API-Key": "k", "Content-Type": "text/x"}
        chunks = iter([b"a" * 100_000] * 20)
        answer = site.client.post("/upload?a=b", content=chunks, headers=headers)
    assert (answer.status_code, answer.headers["x-kept"]) == (207, "yes")
    assert answer.content == b"a" * 2_000_000
    assert (seen["content-type"], seen["x-api-key"], seen["query"]) == ("text/x", "k", "a=b")
    assert seen["host"] == url.removeprefix("http://")
    assert "cookie" not in seen


def test_nothing_of_a_forwarded_photo_stays_here(site: Site) -> None:
    site.client.post("/upload", files=PHOTO)
    left = [path for path in Path(site.settings.data_dir).rglob("*") if path.suffix == ""]
    assert {path.name for path in left} == {"uploads", "results", "secret"}


def test_who_goes_away_is_waited_for_no_longer(tmp_path: Path) -> None:
    came, went = threading.Event(), threading.Event()
    app = FastAPI()

    @app.post("/api/v1/transform")
    async def paint(request: Request) -> None:
        await request.body()
        came.set()
        for _ in range(100):
            if await request.is_disconnected():
                went.set()
                return
            await asyncio.sleep(0.1)

    with serving(app) as url:
        settings = WebSettings(data_dir=tmp_path, inference_url=url, rate_limit="")
        with serving(create_web(settings)) as web:
            with pytest.raises(httpx2.ReadTimeout):
                httpx2.post(f"{web}/upload", files=PHOTO, timeout=httpx2.Timeout(5, read=1))
            assert came.is_set()
            assert went.wait(5)


def test_a_photo_whose_sender_went_is_not_painted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = [], threading.Event()

    def paint(photo: bytes, *_: object, **__: object) -> None:
        begun.append(photo)
        assert go_on.wait(20)
        raise PictureTooLarge("image: it only shows that it was begun")

    monkeypatch.setattr(studio, "transform", paint)
    settings = InferenceSettings(data_dir=tmp_path, model_folder=tmp_path, concurrency=1)
    with ThreadPoolExecutor(1) as pool, serving(create_app(settings)) as url:
        web_settings = WebSettings(data_dir=tmp_path, inference_url=url, rate_limit="")
        with serving(create_web(web_settings)) as web:
            first = pool.submit(httpx2.post, f"{web}/upload", files={"image": PNG}, timeout=20)
            while not begun and not first.done():
                time.sleep(0.01)
            with pytest.raises(httpx2.ReadTimeout):
                httpx2.post(f"{web}/upload", files={"image": PNG + b"2"}, timeout=1)
            time.sleep(1)
            go_on.set()
            last = httpx2.post(f"{web}/upload", files={"image": PNG + b"3"}, timeout=20)
            assert [first.result().status_code, last.status_code] == [413, 413]
    assert begun == [PNG, PNG + b"3"]
