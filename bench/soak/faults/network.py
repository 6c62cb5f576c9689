"""Clients that are slow, or gone without a word."""

from __future__ import annotations

import asyncio
import itertools
import socket
import time
from contextlib import suppress
from typing import Final

import httpx2

from bench.soak.crowd import Crowd
from bench.soak.faults.base import Fault
from bench.soak.stack import Stack

_SLOW: Final = 30
_GONE: Final = 200
_SMALL_BUFFER: Final = 2048
# Linux: a socket that is closed in this state sends nothing.
_TCP_REPAIR: Final = 19
# The largest file that every server gives to anybody.
_LARGE_FILE: Final = "/static-offline-docs/swagger-ui-bundle.js"
_HALF: Final = (
    b"POST /api/v1/transform HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
    b"Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
)


class SlowClients(Fault):
    """Ninety of them, at a byte a second."""

    name = "slow clients"
    does = "30 uploads, 30 calls and 30 downloads at one byte a second"

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """They begin, go on for a while, and leave."""
        uploads = [_put(await _upload_url(stack.url)) for _ in range(_SLOW)]
        download = f"GET {_LARGE_FILE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        beginnings = itertools.chain(uploads, [_HALF] * _SLOW)
        slow = [
            *(asyncio.create_task(_send_slowly(stack.url, start)) for start in beginnings),
            *(asyncio.create_task(_read_slowly(stack.url, download)) for _ in range(_SLOW)),
        ]
        await asyncio.sleep(seconds)
        for each in slow:
            each.cancel()
        left = time.monotonic()
        await asyncio.gather(*slow, return_exceptions=True)
        return left


class HalfOpen(Fault):
    """Their machines lost their network in the middle of a request."""

    name = "half-open connections"
    does = "200 clients send half a request and vanish without closing their connection"

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Begin, and vanish."""
        for _ in range(_GONE):
            gone = await asyncio.to_thread(socket.create_connection, _address(stack.url))
            gone.sendall(_HALF)
            with suppress(PermissionError):
                gone.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 1)
                gone.close()
            self._kept.append(gone)
        moment = time.monotonic()
        await asyncio.sleep(seconds)
        return moment

    def __init__(self) -> None:
        # Who may not let them vanish says nothing any more, which the server sees as the same.
        self._kept: list[socket.socket] = []


def _address(url: str) -> tuple[str, int]:
    parsed = httpx2.URL(url)
    return parsed.host, parsed.port or 80


async def _upload_url(url: str) -> str:
    announced = {"file_name": "slow.jpg", "size": 100_000, "content_type": "image/jpeg"}
    async with httpx2.AsyncClient(base_url=url, trust_env=False) as http:
        answer = await http.post("/api/v1/uploads", json=announced)
    return str(answer.raise_for_status().json()["url"])


def _put(path: str) -> bytes:
    return (
        f"PUT {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
        "Content-Length: 100000\r\n\r\n"
    ).encode()


async def _send_slowly(url: str, beginning: bytes) -> None:
    _, writer = await asyncio.open_connection(*_address(url))
    writer.write(beginning)
    try:
        with suppress(ConnectionError):
            while True:
                writer.write(b"-")
                await writer.drain()
                await asyncio.sleep(1)
    finally:
        writer.close()


async def _read_slowly(url: str, beginning: bytes) -> None:
    connected = socket.socket()
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER)
    connected.setblocking(False)
    loop = asyncio.get_running_loop()
    with connected, suppress(ConnectionError):
        await loop.sock_connect(connected, _address(url))
        await loop.sock_sendall(connected, beginning)
        while await loop.sock_recv(connected, 1):  # noqa: ASYNC110 - slowness is the point
            await asyncio.sleep(1)
