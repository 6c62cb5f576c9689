"""Clients that take their time: each gets an answer or is hung up on, and the others are served."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse

from anime_shared.http.connection import MOST_CONNECTIONS, Connection
from anime_shared.http.server import _allow_files
from anime_web.entry.http.app import create_app
from anime_web.settings import Settings
from tests.web.serving import serving


class Impatient(Connection):
    head_seconds = 0.6
    look_seconds = 0.5


# More than the system takes off a server's hands for a client that takes nothing.
MUCH = 12 * 2**20


class Crowded(Connection):
    most_connections = 20


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    app = create_app(Settings(data_dir=tmp_path / "var", rate_limit=""))

    @app.post("/slowly")
    async def take(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    @app.get("/endless")
    async def endless() -> StreamingResponse:
        return StreamingResponse(iter(lambda: b"x" * 65_536, None))

    @app.get("/much")
    async def much() -> PlainTextResponse:
        return PlainTextResponse("x" * MUCH)

    with serving(app, http=Impatient) as url:
        yield url


def connected(url: str) -> socket.socket:
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


def everything(client: socket.socket) -> bytes:
    """All that comes until the other side hangs up."""
    received = b""
    end = time.monotonic() + 5
    with suppress(ConnectionError):
        while part := client.recv(65_536):
            received += part
            assert time.monotonic() < end, "nobody hung up"
    return received


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: "])
def test_a_head_that_does_not_come_is_not_waited_for(url: str, begun: bytes) -> None:
    with connected(url) as client:
        start = time.monotonic()
        client.sendall(begun)
        answer = everything(client)
    assert 0.4 < time.monotonic() - start < 3
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"urn:anime:problem:request-too-slow" in answer


def test_bytes_that_trickle_in_give_no_more_time(url: str) -> None:
    with connected(url) as client:
        start = time.monotonic()
        with suppress(ConnectionError):
            while time.monotonic() - start < 4:
                client.sendall(b"G")
                time.sleep(0.05)
    assert time.monotonic() - start < 3


def test_the_second_head_has_its_time_too(url: str) -> None:
    with connected(url) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 ")
        client.sendall(b"GET /hea")
        assert b"HTTP/1.1 408 " in everything(client)


def test_a_body_that_trickles_in_is_refused(url: str) -> None:
    with connected(url) as client:
        client.sendall(b"POST /slowly HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\n" + b"x")
        assert b"request-too-slow" in everything(client)


def test_a_body_that_comes_is_waited_for(url: str) -> None:
    with connected(url) as client:
        client.sendall(b"POST /slowly HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n")
        for _ in range(20):
            client.sendall(b"x" * 10_000)
            time.sleep(0.1)
        assert client.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_who_takes_no_answer_is_hung_up_on(url: str) -> None:
    with connected(url) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2.5)
        assert everything(client)


def test_who_is_told_to_go_and_takes_nothing_is_hung_up_on(url: str) -> None:
    with connected(url) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\n\r\n")
        client.sendall(b"POST /slowly HTTP/1.1\r\nHost: x\r\nContent-Length: 999999\r\n\r\nx")
        time.sleep(2.5)
        taken = everything(client)
    assert len(taken) < MUCH
    assert b"request-too-slow" not in taken


def test_who_takes_an_answer_slowly_gets_it(url: str) -> None:
    with connected(url) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.sendall(b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
        start, taken = time.monotonic(), 0
        while time.monotonic() - start < 3:
            taken += len(client.recv(65_536))
            time.sleep(0.02)
    assert taken > 1_000_000


def test_others_are_served_meanwhile(url: str) -> None:
    with ExitStack() as held:
        for _ in range(300):
            held.enter_context(connected(url)).sendall(b"GET / HTTP/1.1\r\nX: ")
        assert httpx2.get(f"{url}/healthz").status_code == 200


def test_more_connections_than_are_allowed_are_hung_up_on(tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "var", rate_limit=""))
    with serving(app, http=Crowded) as url:
        with ExitStack() as held:
            for _ in range(Crowded.most_connections):
                held.enter_context(connected(url)).sendall(b"GET / HTTP/1.1\r\nX: ")
            with connected(url) as client:
                assert everything(client) == b""
        time.sleep(0.5)
        assert httpx2.get(f"{url}/healthz").status_code == 200


def test_a_server_may_open_as_many_files_as_it_has_connections() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        _allow_files()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert hard == before[1]
        assert soft == hard or soft > MOST_CONNECTIONS
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
