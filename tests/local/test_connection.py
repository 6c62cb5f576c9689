"""What the client does when a server is away, busy, or something else; over real sockets."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner

from anime_local.cli import app
from anime_local.cli.terminal import report
from anime_local.client import AnimeClient, ServerUnreachable, UnexpectedAnswer, UnknownProblem
from anime_local.client.answers import Job
from anime_shared.errors import (
    AnimeError,
    Busy,
    ProcessingFailed,
    StyleNotInstalled,
    TooManyRequests,
)
from anime_shared.options import PaintOptions
from anime_shared.problems import problem_of
from tests.pictures import file_of, gradient

PNG = file_of(gradient())
JOB = {"job_id": "j", "status": "succeeded", "result_url": "/storage/x", "from_the_future": 1}
Answer = tuple[int, Any, dict[str, str]]


class Scripted(ThreadingHTTPServer):
    """Answers as a test says, in turn; the last answer stands."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.answers: list[Answer] = []
        self.heard: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Scripted
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.heard.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
        answers = self.server.answers
        status, told, headers = answers.pop(0) if len(answers) > 1 else answers[0]
        body = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET  # noqa: N815 - the library looks for these names

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(server: Scripted) -> Iterator[Scripted]:
    with server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    with serving(Scripted()) as server:
        yield server


@pytest.fixture
def client(scripted: Scripted) -> Iterator[AnimeClient]:
    with AnimeClient(scripted.url, "my key", patience=1.5) as made:
        yield made


def refusal(error: AnimeError, **headers: str) -> Answer:
    return error.status, problem_of(error), {k.replace("_", "-"): v for k, v in headers.items()}


@pytest.mark.parametrize("error", [Busy("later"), TooManyRequests("later")])
def test_a_busy_server_is_asked_again_when_it_says_with_the_same_key(
    error: AnimeError, scripted: Scripted, client: AnimeClient
) -> None:
    scripted.answers = [refusal(error, Retry_After="1"), (202, JOB, {})]
    start = time.monotonic()
    assert client.submit("u", PaintOptions()).job_id == "j"
    assert 1 <= time.monotonic() - start < 2
    first, second = (headers["idempotency-key"] for _, headers in scripted.heard)
    assert first == second
    client.submit("u", PaintOptions())
    assert scripted.heard[-1][1]["idempotency-key"] != first


def test_patience_ends(scripted: Scripted, client: AnimeClient) -> None:
    scripted.answers = [refusal(Busy("later"))]
    with pytest.raises(Busy, match="later"):
        client.job("j")
    assert len(scripted.heard) > 2


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        ((418, {"type": "urn:x", "title": "Tea", "detail": "pot"}, {}), UnknownProblem, "Tea: pot"),
        ((404, "<html>", {}), UnexpectedAnswer, "404"),
        ((404, {"error": 1}, {}), UnexpectedAnswer, "isn't a problem"),
        ((200, "<html>", {}), UnexpectedAnswer, "is the address right"),
        ((200, {"job_id": "j", "status": "dancing"}, {}), UnexpectedAnswer, "is the address right"),
    ],
)
def test_riddles_are_told_as_such_at_once(
    answer: Answer, kind: type[AnimeError], says: str, scripted: Scripted, client: AnimeClient
) -> None:
    scripted.answers = [answer]
    with pytest.raises(kind, match=says):
        client.job("j")
    assert len(scripted.heard) == 1


def test_a_server_that_is_away_is_named() -> None:
    with AnimeClient("http://127.0.0.1:1", patience=0.5) as client:
        start = time.monotonic()
        with pytest.raises(ServerUnreachable, match=r"127\.0\.0\.1:1/api/v1/styles"):
            client.styles()
        assert time.monotonic() - start < 2


def test_a_server_that_comes_back_in_time_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        AnimeClient(f"http://127.0.0.1:{port}", patience=10) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        asked = pool.submit(client.styles)
        time.sleep(0.5)
        assert not asked.done()
        server = Scripted(port)
        server.answers = [(200, [], {})]
        with serving(server):
            assert asked.result(5) == []


def test_the_api_key_goes_to_the_api_alone(scripted: Scripted, client: AnimeClient) -> None:
    scripted.answers = [(200, JOB, {}), (200, "picture", {})]
    assert client.download(client.job("j")) == b"picture"
    (_, asked), (path, followed) = scripted.heard
    assert asked["x-api-key"] == "my key"
    assert path == "/storage/x"
    assert "x-api-key" not in followed


def test_the_command_line_takes_address_and_key_from_the_environment(scripted: Scripted) -> None:
    scripted.answers = [(200, [], {})]
    environment = {"ANIME_URL": f"{scripted.url}/", "ANIME_API_KEY": "my key"}
    result = CliRunner().invoke(app, ["remote", "styles"], env=environment)
    assert result.exit_code == 0
    ((path, headers),) = scripted.heard
    assert (path, headers["x-api-key"]) == ("/api/v1/styles", "my key")


def test_all_that_is_done_for_one_photo_has_one_correlation_id(
    scripted: Scripted, client: AnimeClient
) -> None:
    upload = {
        "upload_id": "u",
        "url": "/storage/u",
        "method": "PUT",
        "headers": {},
        "expires_at": "2030-01-01T00:00:00Z",
    }
    job = {"job_id": "j", "status": "failed", "problem": problem_of(ProcessingFailed("no"))}
    ids: list[str] = []
    for _ in range(2):
        scripted.heard.clear()
        scripted.answers = [(201, upload, {}), (200, {}, {}), (202, job, {})]
        with pytest.raises(ProcessingFailed) as failed:
            client.transform(PNG)
        heard = {headers["x-correlation-id"] for _, headers in scripted.heard}
        assert (len(scripted.heard), heard) == (3, {failed.value.correlation_id})
        ids += heard
    assert len(set(ids)) == 2


def test_a_refusal_tells_its_correlation_id(
    scripted: Scripted, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted.answers = [refusal(StyleNotInstalled("style: not here"))]
    with AnimeClient(scripted.url) as client, pytest.raises(StyleNotInstalled) as refused:
        client.job("j")
    told = refused.value.correlation_id
    assert told == scripted.heard[0][1]["x-correlation-id"]
    report(refused.value)
    assert f"style: not here (correlation id {told})" in capsys.readouterr().err


def test_another_server_is_not_told_the_correlation_id(
    scripted: Scripted, client: AnimeClient
) -> None:
    scripted.answers = [(200, {}, {})]
    elsewhere = JOB | {"result_url": f"{scripted.url}/elsewhere"}
    client.download(Job.model_validate(elsewhere))
    assert "x-correlation-id" not in scripted.heard[0][1]
