"""Several servers behind one name."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request

from anime_web.adapters.containers import Containers
from anime_web.adapters.http_forwarder import HttpForwarder
from anime_web.ports.forwarder import ForwardedAnswer, ForwardedRequest
from tests.web.serving import serving

ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
PARTS = (b"a photo", b" in two parts")


@pytest.fixture(autouse=True)
def name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name "inference" leads to all of them, as Docker's has one address a container."""
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: int, **options: int) -> list[object]:
        hosts = ADDRESSES if host == "inference" else (host,)
        return [found for each in hosts for found in real(each, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


def idlest_first(containers: Containers) -> list[str]:
    return asyncio.run(containers.idlest_first())


def test_the_idlest_comes_first() -> None:
    containers = Containers("inference", 80)
    assert sorted(idlest_first(containers)) == sorted(ADDRESSES)
    with containers.busy("127.0.0.2"), containers.busy("127.0.0.3"):
        assert idlest_first(containers)[0] == "127.0.0.1"
    with containers.busy("127.0.0.1"):
        assert idlest_first(containers) == ["127.0.0.2", "127.0.0.3", "127.0.0.1"]


def test_of_the_idle_the_one_that_waited_longest_comes_first() -> None:
    containers = Containers("inference", 80)
    order = []
    for _ in range(6):
        order.append(idlest_first(containers)[0])
        with containers.busy(order[-1]):
            pass
    assert sorted(order[:3]) == sorted(ADDRESSES)
    assert order[:3] == order[3:]


async def _parts() -> AsyncIterator[bytes]:
    for part in PARTS:
        yield part


async def _ask(forwarder: HttpForwarder) -> tuple[int, bytes]:
    answer: ForwardedAnswer = await forwarder.forward(ForwardedRequest("/it", "a=b", {}, _parts()))
    return answer.status, b"".join([part async for part in answer.body])


def test_a_server_that_is_gone_costs_nobody_an_answer() -> None:
    app = FastAPI()

    @app.post("/it")
    async def post(request: Request) -> dict[str, str]:
        body = (await request.body()).decode()
        return {"body": body, "query": request.url.query, "host": request.headers["host"]}

    async def ask_all(forwarder: HttpForwarder) -> list[tuple[int, bytes]]:
        answers = [await _ask(forwarder) for _ in range(4)]
        await forwarder.close()
        return answers

    with serving(app) as url:
        port = url.rpartition(":")[2]
        # At the other two addresses nobody listens.
        answers = asyncio.run(ask_all(HttpForwarder(f"http://inference:{port}", 5)))
    expected = f'{{"body":"a photo in two parts","query":"a=b","host":"inference:{port}"}}'
    assert answers == [(200, expected.encode())] * 4
