"""Attacks by what is said: files, names, fields, headers, links, ids."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx2

from tests.attacks.files import MARKER, BadFile, bad_files
from tests.attacks.target import Target
from tests.pictures import file_of, gradient

# What was answered; raises AssertionError where an attack works.
Attack = Callable[[Target], str]
PNG: Final = file_of(gradient())
_FORGED: Final = "12:00:00 web         INFO    forged-line"
_STRANGE: Final = (
    "../../etc/passwd",
    "..\\..\\a.png",
    "a\r\nSet-Cookie: a=b",
    f"a\n{_FORGED}",
    "a\0.png",
    "\x1b[2J\u202egnp.exe",
    "a" * 1024,
    "/",
    "..",
    "\U0001f600" * 99,
)


def attacks() -> Iterator[tuple[str, Attack]]:
    """Name and deed of each."""
    for bad in bad_files():
        yield bad.name, lambda target, bad=bad: send_file(target, bad)  # type: ignore[misc]
    yield "names of files with paths, line ends, control characters", strange_names
    yield "fields and keys with line ends, control characters, markup", strange_fields
    yield "JSON: deep, endless numbers, lone surrogates, wrong encoding", bad_json
    yield "multipart: 20000 parts, endless heads, strange charsets", bad_multipart
    yield "paths that lead out of the page's folder", path_traversal
    yield "upload link: each character changed, other method, type, size", tampered_links
    yield "guessing ids of jobs, batches, uploads", guessed_ids
    yield "heads of 1 MB, 200000 headers, bare line ends, NUL", bad_heads
    yield "request smuggling: two lengths, strange codings and chunks", smuggling


def _problem(answer: httpx2.Response) -> str:
    assert answer.status_code < 500, answer.text[:300]
    kind = answer.headers.get("content-type", "")
    assert answer.status_code < 400 or kind == "application/problem+json", (kind, answer.text[:99])
    if answer.status_code < 400:
        return str(answer.status_code)
    code = answer.json()["type"].rpartition(":")[2]
    return str(answer.status_code) if code == "blank" else f"{answer.status_code} {code}"


def send_file(target: Target, bad: BadFile) -> str:
    """In one call, as the page does."""
    answer = target.client.post("/upload", files={"image": bad.data}, headers={"Accept": "image/*"})
    told = _problem(answer)
    assert (told.partition(" ")[2] or "picture") in bad.answers, told
    assert MARKER not in answer.content
    return told if answer.status_code >= 400 else f"{told}, painted anew"


def strange_names(target: Target) -> str:
    """What becomes of them is a header of the result, and a name in a zip."""
    for name in _STRANGE:
        upload = target.client.post(
            "/api/v1/uploads",
            json={"file_name": name, "size": len(PNG), "content_type": "image/png"},
        ).json()
        target.client.put(upload["url"], content=PNG, headers=upload["headers"])
        order = {"upload_id": upload["upload_id"], "faces": "off"}
        job = target.client.post("/api/v1/jobs", json=order).json()
        for _ in range(3):
            job = target.client.get(f"/api/v1/jobs/{job['job_id']}?wait=20").json()
        result = target.client.get(job["result_url"])
        assert result.status_code == 200
        assert "set-cookie" not in result.headers
        disposition = result.headers["content-disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''")
        assert not set("/\\\r\n\0") & set(disposition.partition("''")[2])
    return "200, each a plain name"


def strange_fields(target: Target) -> str:
    """And what the log makes of them."""
    told = set()
    for text in (*_STRANGE, MARKER.decode(), "${jndi:ldap://x}", "%n%s", "'; DROP TABLE jobs"):
        for field in ("style", "face_style", "format", "faces", "strength", "nonsense"):
            answer = target.client.post("/upload", files={"image": b"x"}, data={field: text})
            told.add(_problem(answer))
        headers = {b"Idempotency-Key": text.encode(errors="replace").translate(None, b"\r\n\0")}
        order = {"upload_id": text, "style": text, "webhook_url": text}
        told.add(_problem(target.client.post("/api/v1/jobs", json=order, headers=headers)))
    log = (target.served.data / "serve.log").read_text()
    assert not any(line.startswith(_FORGED) for line in log.splitlines())
    return ", ".join(sorted(told))


def bad_json(target: Target) -> str:
    """To every route that takes some."""
    number = b'{"file_name": "a", "content_type": "image/png", "size": %s}'
    bodies = (
        b"[" * 60_000, b'{"a":' * 10_000, number % (b"9" * 60_000), number % b"1e400",
        number % b"NaN", b'{"\\ud800": 1}', b'{"file_name": "\\udfff"}',
        b'{"upload_id": "\\ud800"}',
        '{"file_name": "a"}'.encode("utf-16"), b"\xff\xfe", b"", b"null", b"0", b'""',
        b'{"a": 1' + b', "a": 1' * 7_000 + b"}", b"x" * 70_000,
    )  # fmt: skip
    told = set()
    for body in bodies:
        for route in ("uploads", "jobs", "batches"):
            headers = {"Content-Type": "application/json"}
            answer = target.client.post(f"/api/v1/{route}", content=body, headers=headers)
            assert answer.status_code >= 400
            told.add(_problem(answer))
    return ", ".join(sorted(told))


def _part(name: bytes, value: bytes, extra: bytes = b"") -> bytes:
    head = b'--x\r\nContent-Disposition: form-data; name="' + name + b'"' + extra
    return head + b"\r\n\r\n" + value + b"\r\n"


def bad_multipart(target: Target) -> str:
    """And forms of the older kind."""
    file = _part(b"image", PNG, b'; filename="a"')
    form = "multipart/form-data; boundary=x"
    bodies: list[tuple[str, bytes]] = [
        (form, _part(b"a", b"") * 20_000 + b"--x--\r\n"),
        (form, b"--x\r\nA: " + b"a" * 30_000_000),
        (form, b"--x\r\n" + b"A: a\r\n" * 4_000_000),
        (form, b"\r\n" * 15_000_000 + b"--x--\r\n"),
        (form, _part(b"image", b"\r\n-" * 8_000_000, b'; filename="a"') + b"--x--\r\n"),
        (form, _part(b"style", b"a" * 2_000_000) + file + b"--x--\r\n"),
        (form, file[:-30]),
        ("multipart/form-data", file),
        (f"multipart/form-data; boundary={'x' * 50_000}", b"--"),
        ("application/x-www-form-urlencoded", b"a&" * 15_000_000),
    ]
    for charset in ("undefined", "idna", "punycode", "utf-16", "zlib", "../x"):
        body = _part(b"style", b"xn--" + b"a" * 50_000 + b"-\xff") + file + b"--x--\r\n"
        bodies.append((f"{form}; charset={charset}", body))
    told = set()
    for kind, body in bodies:
        answer = target.client.post("/upload", content=body, headers={"Content-Type": kind})
        assert answer.status_code >= 400
        told.add(_problem(answer))
    return ", ".join(sorted(told))


def path_traversal(target: Target) -> str:
    """Of the page's files, and of the store's."""
    secret = (target.served.data / "secret").read_bytes()
    told = set()
    paths = ("/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd",
             "//etc/passwd", "/js/..%5c..%5csecret", "/%00", "/.git/config", "/js/%ff",
             "/storage/../secret", "/storage/..%2fsecret", "/storage/%2e%2e", "/docs/../../secret",
             "/" + "../" * 400 + "etc/passwd", "/" + "a" * 5000)  # fmt: skip
    for path in paths:
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        answer = target.raw(head)
        status = answer.split(b" ", 2)[1].decode()
        assert b"root:" not in answer
        assert secret not in answer
        assert status in ("400", "403", "404"), (path, answer[:300])
        told.add(status)
    return ", ".join(sorted(told))


def tampered_links(target: Target) -> str:
    """One character after the other; then the rest of the request."""
    upload: dict[str, Any] = target.client.post(
        "/api/v1/uploads",
        json={"file_name": "a.png", "size": len(PNG), "content_type": "image/png"},
    ).json()
    url, headers = upload["url"], upload["headers"]
    begins = url.index("/storage/") + len("/storage/")
    told = set()
    for at in range(begins, len(url)):
        changed = url[:at] + ("A" if url[at] != "A" else "B") + url[at + 1 :]
        answer = target.client.put(changed, content=PNG, headers=headers)
        # The last character of base64 has bits that mean nothing.
        assert answer.status_code in (403, 404) or at == len(url) - 1, (at, answer.text)
        told.add(_problem(answer))
    for sent in (
        target.client.get(url),
        target.client.put(url[:-9], content=PNG, headers=headers),
        target.client.put(f"{url}/x", content=PNG, headers=headers),
        target.client.put(url, content=PNG, headers={"Content-Type": "text/html"}),
        target.client.put(url, content=PNG + b"x", headers=headers),
        target.client.put(url, content=PNG[:-1], headers=headers),
    ):
        assert sent.status_code >= 400, sent.text
        told.add(_problem(sent))
    return ", ".join(sorted(told))


def guessed_ids(target: Target) -> str:
    """Nothing tells a wrong guess from another; a right one would take 2^127 of them."""
    answers = set()
    for _ in range(100):
        for kind in ("jobs", "batches"):
            guess = secrets.token_urlsafe(16)
            answer = target.client.get(f"/api/v1/{kind}/{guess}")
            assert answer.status_code == 404
            answers.add((kind, _without_id(answer)))
    order = {"upload_id": secrets.token_urlsafe(16)}
    answers.add(("uploads", _without_id(target.client.post("/api/v1/jobs", json=order))))
    assert len(answers) == 3
    return "404 " + " ".join(sorted({json.loads(t)["type"].rpartition(":")[2] for _, t in answers}))


def _without_id(answer: httpx2.Response) -> str:
    """All that it tells, but for the request's own id."""
    told = answer.json()
    assert told.pop("correlation_id") == answer.headers["x-correlation-id"]
    return json.dumps(told)


def bad_heads(target: Target) -> str:
    """What no client sends."""
    begin = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    heads = (
        begin + b"A: " + b"a" * 1_000_000 + b"\r\n\r\n",
        begin + b"A: a\r\n" * 200_000 + b"\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n\r\n",
        begin + b"A: a\0b\r\n\r\n",
        begin + b"A b: c\r\n\r\n",
        begin + b"Host: y\r\n\r\n",
        b"GET /healthz HTTP/x\r\n\r\n",
        b"\0" * 1000,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
    )
    told = set()
    for head in heads:
        status = target.raw(head).split(b" ", 2)[1].decode()
        assert status in ("400", "431"), head[:60]
        told.add(status)
    return ", ".join(sorted(told))


def smuggling(target: Target) -> str:
    """A second request in the body of the first must never be answered as one of its own."""
    hidden = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    post = b"POST /api/v1/uploads HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    told = set()
    for framing in (
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
        b"Content-Length: 0\r\nContent-Length: 40\r\n\r\n" + hidden,
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + hidden,
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + hidden,
        b"Content-Length: +0\r\n\r\n" + hidden,
        b"Content-Length: 0x0\r\n\r\n" + hidden,
        b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + hidden,
        b"Transfer-Encoding: chunked\r\n\r\n" + b"F" * 40 + b"\r\n" + hidden,
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + hidden,
    ):
        answer = target.raw(post + framing)
        assert answer.count(b"HTTP/1.1 ") == 1, answer
        status = answer.split(b" ", 2)[1].decode()
        assert status in ("400", "413", "422", "501"), (framing[:60], answer)
        told.add(status)
    return ", ".join(sorted(told))
