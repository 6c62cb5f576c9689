"""Telling someone that a job has ended, and nobody else."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from pydantic import ValidationError

from anime_shared.errors import WebhookFailed, WebhookRefused
from anime_web.adapters import webhook_sender
from anime_web.adapters.addresses import is_public
from anime_web.adapters.webhook_sender import HttpWebhookSender
from anime_web.logic.webhooks import AllowList
from anime_web.settings import Settings
from tests.web.conftest import MakeSite
from tests.web.receiver import Receiver, receiving
from tests.web.site import PNG, problem_of

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.mark.parametrize(("data", "status"), [(PNG, "succeeded"), (PNG[:90], "failed")])
def test_the_end_of_a_job_is_told(
    make_site: MakeSite, receiver: Receiver, data: bytes, status: str
) -> None:
    site = make_site(
        webhook_allow=f"{receiver.url}/hooks",
        webhook_secret=SECRET,
        public_url="https://me.example",
    )
    url = f"{receiver.url}/hooks/anime?client=7"
    job_id = site.post_job(site.upload(data), webhook_url=url).json()["job_id"]
    site.work()
    assert site.finish() == 0
    ((path, headers, body),) = receiver.seen
    assert path == "/hooks/anime?client=7"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == job_id
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 10
    signed = f"{job_id}.{headers['webhook-timestamp']}.".encode() + body
    signature = base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{signature}"
    told, asked = json.loads(body), site.job(job_id)
    assert told["status"] == status
    # The links were signed at different moments.
    links = told.pop("result_url"), asked.pop("result_url")
    assert told == asked
    assert all(str(link).startswith("https://me.example/storage/") for link in links if link)


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_webhook_that_fails_comes_back(
    make_site: MakeSite, receiver: Receiver, status: int
) -> None:
    site = make_site(webhook_allow=receiver.url)
    receiver.statuses = [status]
    site.post_job(site.upload(), webhook_url=receiver.url)
    site.work()
    queue = site.platform.finished
    message = queue.receive(0)
    assert message is not None
    queue.hide(message, 0)
    assert site.finish() == 1
    assert len(receiver.seen) == 1, "no redirect is followed"
    queue.send([message.body])
    assert site.finish() == 0
    assert len(receiver.seen) == 2
    assert "webhook-signature" not in receiver.seen[0][1]


def test_nobody_listening_is_a_failure() -> None:
    with receiving() as gone:
        url = gone.url
    with pytest.raises(WebhookFailed, match="doesn't answer"):
        HttpWebhookSender(AllowList([url]), None).send(url, "id", "{}")


def test_an_answer_that_trickles_in_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_sender, "_WHOLE_SECONDS", 0.5)
    over = threading.Event()

    def trickle(listener: socket.socket) -> None:
        client, _ = listener.accept()
        with client, suppress(OSError):
            client.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                client.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=trickle, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        start = time.monotonic()
        with pytest.raises(WebhookFailed, match="doesn't answer"):
            HttpWebhookSender(AllowList([url]), None).send(url, "id", "{}")
        assert time.monotonic() - start < 5
        over.set()
        thread.join()


def resolving_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def test_a_name_into_a_private_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "93.184.215.14", "10.0.0.1")
    sender = HttpWebhookSender(AllowList(["http://hooks.example"]), None)
    with pytest.raises(WebhookRefused, match="private"):
        sender.send("http://hooks.example/", "id", "{}")


def test_the_address_that_was_checked_is_the_one_that_is_called(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    port = receiver.url.rpartition(":")[2]
    url = f"http://hooks.example:{port}/x"
    monkeypatch.setattr(webhook_sender, "public_address_of", lambda *_: "127.0.0.1")
    HttpWebhookSender(AllowList([url]), None).send(url, "id", "{}")
    ((path, headers, _),) = receiver.seen
    assert (path, headers["host"]) == ("/x", f"hooks.example:{port}")


def test_a_name_that_leads_nowhere_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(WebhookFailed, match="no address"):
        HttpWebhookSender(AllowList(["http://hooks.example"]), None).send(
            "http://hooks.example", "id", "{}"
        )


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("0.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("::10.0.0.1", False),
        ("64:ff9b:1::a00:1", False),
    ],
)
def test_public_addresses(address: str, *, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


ALLOWED = ["https://hooks.example/anime", "http://127.0.0.1:9", "https://any.example:8443/"]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://hooks.example/anime", True),
        ("https://HOOKS.example:443/anime/x?y=z", True),
        ("http://127.0.0.1:9/x", True),
        ("https://any.example:8443", True),
        ("https://hooks.example/anime2", False),
        ("https://hooks.example/", False),
        ("https://hooks.example/anime/../secret", False),
        ("https://hooks.example/anime/%2e%2e/secret", False),
        ("https://hooks.example/anime/..%2fsecret", False),
        ("http://hooks.example/anime", False),
        ("https://hooks.example:444/anime", False),
        ("https://hooks.example.evil/anime", False),
        ("https://hooks.example@evil/anime", False),
        ("https://evil@hooks.example/anime", False),
        ("https://hooks.example\\@evil/anime", False),
        ("https://hooks.example/anime#x", False),
        ("https://hooks.example/anime\r\nX: y", False),
        ("https://127.0.0.1:9/x", False),
        ("http://127.0.0.1:10/x", False),
        ("http://0x7f000001:9/x", False),
        ("http://2130706433:9/x", False),
        ("http://[::ffff:127.0.0.1]:9/x", False),
        ("http://10.0.0.1/", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("http://[::1", False),
        ("https://hooks.example:x/anime", False),
        ("ftp://hooks.example/anime", False),
        ("//hooks.example/anime", False),
        ("hooks", False),
        ("", False),
        ("https://hooks.example/anime/" + "x" * 2048, False),
    ],
)
def test_only_what_the_operator_named_is_called(url: str, *, allowed: bool) -> None:
    addresses = AllowList(ALLOWED)
    if allowed:
        addresses.check(url)
        return
    with pytest.raises(WebhookRefused) as refusal:
        addresses.check(url)
    assert refusal.value.field == "webhook_url"
    assert "hooks.example" not in refusal.value.detail


def test_a_refused_webhook_is_a_problem(make_site: MakeSite) -> None:
    site = make_site(webhook_allow=",".join(ALLOWED))
    answer = site.post_job(site.upload(), webhook_url="http://10.0.0.1/x")
    assert problem_of(answer, 422, "webhook-refused")["field"] == "webhook_url"
    too_long = site.post_job(site.upload(), webhook_url="https://hooks.example/" + "x" * 2048)
    problem_of(too_long, 422, "invalid-field")


@pytest.mark.parametrize(
    "settings",
    [
        {"webhook_allow": "hooks.example"},
        {"webhook_allow": "https://a@b"},
        {"webhook_secret": "whsec_%"},
        {"webhook_secret": "c2hvcnQ="},
        {"rate_limit": "often"},
        {"rate_limit": "0/minute"},
        {"inference_url": "file:///etc"},
    ],
)
def test_settings_are_checked(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**settings)
