"""Attacks by webhook: making the server call whom it must not."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from unittest import mock

from anime_shared.errors import AnimeError, WebhookRefused
from anime_web.adapters.addresses import public_address_of
from anime_web.adapters.webhook_sender import HttpWebhookSender
from anime_web.logic.webhooks import AllowList
from tests.attacks.over_http import PNG, Attack
from tests.attacks.target import Target
from tests.web.receiver import receiving

ALLOWED = "https://hooks.example/anime"


def attacks() -> Iterator[tuple[str, Attack]]:
    """Name and deed of each."""
    yield "webhook to private, decimal, octal, mapped addresses and other schemes", elsewhere
    yield "webhook whose name leads into a private network", private_names
    yield "webhook whose name changes its address (DNS rebinding)", rebinding
    yield "webhook that redirects elsewhere", redirect


def elsewhere(target: Target) -> str:
    """None of them is on the list, however it is written."""
    upload: dict[str, Any] = target.client.post(
        "/api/v1/uploads",
        json={"file_name": "a.png", "size": len(PNG), "content_type": "image/png"},
    ).json()
    target.client.put(upload["url"], content=PNG, headers=upload["headers"])
    for url in (
        "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/",
        "http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::]/",
        "http://169.254.169.254/latest/meta-data/", "http://localhost/", "http://0/",
        "https://hooks.example@127.0.0.1/anime", "https://hooks.example.evil/anime",
        "https://hooks.example/anime/../admin", "https://hooks.example/anime/%2e%2e/admin",
        "https://hooks.example:22/anime", "https://hooks.example\\@evil/anime",
        "file:///etc/passwd", "gopher://hooks.example/anime", "https://hooks.example/anime\r\nX: y",
        "https://\u24d7ooks.example/anime", "//hooks.example/anime", "https:hooks.example/anime",
    ):  # fmt: skip
        order = {"upload_id": upload["upload_id"], "webhook_url": url}
        answer = target.client.post("/api/v1/jobs", json=order)
        assert answer.status_code == 422, (url, answer.text)
        assert answer.json()["type"] == "urn:anime:problem:webhook-refused", answer.text
    return "422 webhook-refused"


def _resolving(*answers: str) -> Any:
    given = iter(answers)

    def look_up(*_: object, **__: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(given), 443))]

    return mock.patch.object(socket, "getaddrinfo", look_up)


def private_names(_: Target) -> str:
    """A name may be on the list, and lead where it likes."""
    private = ("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1",
               "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
               "::127.0.0.1", "2001:0:7f00:1::", "224.0.0.1", "255.255.255.255")  # fmt: skip
    for address in private:
        with _resolving(address):
            try:
                found = public_address_of("hooks.example", 443)
            except WebhookRefused:
                continue
            raise AssertionError(f"{address} counts as public: {found}")
    return "refused, not called"


def rebinding(_: Target) -> str:
    """A second look-up would find this machine: there must be none."""
    called = []

    def connect(remote_host: str, **_: object) -> None:
        called.append(remote_host)
        raise OSError("not from here")

    sender = HttpWebhookSender(AllowList([ALLOWED]), None)
    with (
        _resolving("93.184.215.14", *["127.0.0.1"] * 9),
        mock.patch("anyio.connect_tcp", side_effect=connect),
        suppress(AnimeError),
    ):
        sender.send(ALLOWED, "id", "{}")
    assert called == ["93.184.215.14"], called
    return "the address that was checked is called"


def redirect(_: Target) -> str:
    """Whom the operator named may not send us on."""
    with receiving() as receiver:
        receiver.statuses = [307]
        sender = HttpWebhookSender(AllowList([receiver.url]), None)
        start = time.monotonic()
        try:
            sender.send(receiver.url, "id", "{}")
        except AnimeError as error:
            told = error.detail
        assert len(receiver.seen) == 1
        assert time.monotonic() - start < 5
    return f"not followed: {told.partition(' ')[2]}"
