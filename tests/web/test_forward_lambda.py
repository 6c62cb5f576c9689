"""The inference function's answer, invoked through the API of AWS Lambda."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool

from tests.handlers import Event, Handler, loaded
from tests.pictures import opened
from tests.web.conftest import MakeSite
from tests.web.serving import serving
from tests.web.site import PNG, Site, problem_of

PHOTO = {"image": ("me.png", PNG)}
OpenSite = Callable[..., Site]


def lambda_api(answer: Callable[[Event], Response]) -> FastAPI:
    """The one call of Lambda's API that is needed, with a function named ``painter``."""
    app = FastAPI()

    @app.post("/2015-03-31/functions/painter/invocations")
    async def invoke(request: Request) -> Response:
        return await run_in_threadpool(answer, json.loads(await request.body()))

    return app


def failing(error_type: str) -> Callable[[Event], Response]:
    body = json.dumps({"errorType": error_type, "errorMessage": "secret"})
    return lambda _: Response(body, headers={"X-Amz-Function-Error": "Unhandled"})


@pytest.fixture
def open_site(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> OpenSite:
    """Opens a site in front of an address where Lambda's API answers."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    def open_at(url: str, **settings: float) -> Site:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", url)
        return make_site(inference_function="painter", **settings)

    return open_at


@pytest.fixture
def handler() -> Iterator[Handler]:
    with loaded("inference") as handler:
        yield handler


@pytest.fixture
def site(open_site: OpenSite, handler: Handler) -> Iterator[Site]:
    """A site before the real inference function."""

    def paint(event: Event) -> Response:
        # Each thread of the server stands for a process of its own.
        with closing(asyncio.new_event_loop()) as loop:
            asyncio.set_event_loop(loop)
            return Response(json.dumps(handler(event)))

    with serving(lambda_api(paint)) as url:
        yield open_site(url)


@pytest.mark.parametrize("path", ["/upload", "/api/v1/transform"])
def test_a_photo_at_once(site: Site, path: str) -> None:
    body = site.client.post(path, files=PHOTO, data={"format": "webp"}).json()
    picture = base64.b64decode(body["result_base64"].partition(",")[2])
    assert (opened(picture).format, opened(picture).size) == ("WEBP", (64, 48))


def test_pictures_and_problems_come_back_as_they_are(site: Site) -> None:
    answer = site.client.post("/upload", files=PHOTO, headers={"Accept": "image/png"})
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["anime-style"] == "hayao"
    assert opened(answer.content).format == "PNG"
    refused = site.client.post("/upload", files=PHOTO, data={"style": "nobody"})
    assert problem_of(refused, 422, "unknown-style")["field"] == "style"


def test_the_event_holds_the_query_and_only_needed_headers(open_site: OpenSite) -> None:
    seen: list[Event] = []

    def answer(event: Event) -> Response:
        seen.append(event)
        return Response('{"statusCode": 207, "headers": {"x-kept": "yes"}, "body": "hello"}')

    with serving(lambda_api(answer)) as url:
        headers = {"Cookie": "secret", "X-API-Key": "k", "Content-Type": "text/x"}
        content = iter([b"a" * 1000] * 20)
        got = open_site(url).client.post("/upload?a=b%26c&d=", content=content, headers=headers)
    assert (got.status_code, got.headers["x-kept"], got.text) == (207, "yes", "hello")
    (event,) = seen
    assert base64.b64decode(event["body"]) == b"a" * 20_000
    assert event["multiValueQueryStringParameters"] == {"a": ["b&c"], "d": [""]}
    assert event["headers"]["x-api-key"] == "k"
    assert "cookie" not in event["headers"]


def test_what_is_too_large_for_an_invocation_goes_by_uploads(open_site: OpenSite) -> None:
    with serving(lambda_api(failing("never asked"))) as url:
        client = open_site(url).client
        answers = [client.post("/upload", content=bytes(size)) for size in (4_720_000, 4_700_000)]
    refused = problem_of(answers[0], 413, "upload-too-large")
    assert (refused["field"], refused["limit"]) == ("image", 4_718_592)
    assert "/api/v1/uploads" in refused["detail"]
    problem_of(answers[1], 503, "inference-unreachable")


def test_a_picture_that_is_too_large_for_an_answer_goes_by_uploads(open_site: OpenSite) -> None:
    with serving(lambda_api(failing("Function.ResponseSizeTooLarge"))) as url:
        answer = open_site(url).client.post("/upload", files=PHOTO)
    assert "/api/v1/uploads" in problem_of(answer, 413, "picture-too-large")["detail"]


@pytest.mark.parametrize(
    "answer",
    [
        failing("Runtime.ExitError"),
        lambda _: Response('{"Message": "secret"}', 403),
        lambda _: Response('{"Message": "secret", "Reason": "ConcurrentInvocation"}', 429),
        lambda _: Response('{"statusCode": "secret"}'),
        lambda _: Response("null"),
    ],
    ids=["crash", "forbidden", "throttled", "no answer of a function", "nothing"],
)
def test_a_function_that_fails_is_a_problem(
    open_site: OpenSite, answer: Callable[[Event], Response]
) -> None:
    with serving(lambda_api(answer)) as url:
        got = open_site(url).client.post("/upload", files=PHOTO)
    assert problem_of(got, 503, "inference-unreachable")["retryable"] is True
    assert "secret" not in got.text


def test_an_address_where_nobody_answers_is_a_problem_in_time(open_site: OpenSite) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = open_site(f"http://127.0.0.1:{port}").client.post("/upload", files=PHOTO)
    problem_of(answer, 503, "inference-unreachable")


def test_a_silent_function_is_a_problem_in_time(open_site: OpenSite) -> None:
    # It takes connections, and never answers.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        site = open_site(url, forward_timeout=0.5)
        start = time.monotonic()
        answer = site.client.post("/upload", files=PHOTO)
    assert 0.5 <= time.monotonic() - start < 3
    problem_of(answer, 503, "inference-unreachable")
