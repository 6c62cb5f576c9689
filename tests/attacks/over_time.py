"""Attacks by patience: connections that are held for as long as they can be."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Final

from anime_shared.http.connection import Connection
from tests.attacks.over_http import PNG, Attack
from tests.attacks.target import Target

_CLIENTS: Final = 300
_SPARE_SECONDS: Final = 10.0
# A client is looked at twice before it is known to take nothing.
_LOOKED_AT: Final = 2 * Connection.look_seconds + _SPARE_SECONDS


def attacks() -> Iterator[tuple[str, Attack]]:
    """Name and deed of each."""
    head = Connection.head_seconds + _SPARE_SECONDS
    yield f"slowloris: {_CLIENTS} heads, a byte a second", held(_head, b"x", head)
    yield f"{_CLIENTS} connections that say nothing", held(lambda _: b"", b"", head)
    yield f"{_CLIENTS} bodies, a byte a second", held(_body, b"x", _LOOKED_AT)
    yield f"{_CLIENTS} uploads that stop halfway", held(_upload, b"", _LOOKED_AT)
    yield "1500 connections at once", held(lambda _: b"", b"", head, clients=1500)


def held(
    begin: Callable[[Target], bytes], each_second: bytes, within: float, clients: int = _CLIENTS
) -> Attack:
    """Clients that send ``begin``, then some bytes a second; all must be hung up on in time."""

    def attack(target: Target) -> str:
        slowest, start = 0.0, time.monotonic()
        with ExitStack() as stack:
            open_ones = []
            for _ in range(clients):
                client = stack.enter_context(target.connected())
                client.sendall(begin(target))
                client.setblocking(False)
                open_ones.append(client)
            while open_ones:
                assert time.monotonic() - start < within, f"{len(open_ones)} are still held"
                asked = time.monotonic()
                assert target.client.get("/healthz").status_code == 200
                slowest = max(slowest, time.monotonic() - asked)
                time.sleep(1)
                open_ones = [client for client in open_ones if _is_open(client, each_second)]
        assert slowest < 2, f"others wait {slowest:.1f} s"
        return f"all hung up on; others wait at most {slowest * 1000:.0f} ms"

    return attack


def _is_open(client: socket.socket, sent: bytes) -> bool:
    with suppress(BlockingIOError):
        try:
            if sent:
                client.send(sent)
            while client.recv(65_536):
                pass
        except ConnectionError:
            pass
        return False
    return True


def _head(_: Target) -> bytes:
    return b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "


def _body(_: Target) -> bytes:
    form = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n"
    return b"POST /upload HTTP/1.1\r\nHost: x\r\n" + form


def _upload(target: Target) -> bytes:
    answer = target.client.post(
        "/api/v1/uploads",
        json={"file_name": "a.png", "size": len(PNG), "content_type": "image/png"},
    )
    path = str(answer.json()["url"]).partition("/storage/")[2]
    head = f"PUT /storage/{path} HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
    return f"{head}Content-Length: {len(PNG)}\r\n\r\n".encode() + PNG[: len(PNG) // 2]
