"""Announcing a photo, and sending it."""

from __future__ import annotations

import json
import time
from datetime import datetime
from typing import Any

import pytest

from anime_shared.sniff import content_type_of, fits
from anime_web.logic.uploads import safe_file_name
from tests.pictures import file_of, gradient
from tests.web.conftest import MakeSite
from tests.web.site import PNG, Site, problem_of

URL = "/api/v1/uploads"


def test_an_announced_file_can_be_sent(site: Site) -> None:
    made = site.announce()
    assert made["method"] == "PUT"
    assert made["url"].startswith("http://testserver/storage/")
    left = datetime.fromisoformat(made["expires_at"]).timestamp() - time.time()
    assert 890 < left <= 900
    sent = site.client.put(made["url"], content=PNG, headers=made["headers"])
    assert sent.status_code == 200
    assert site.platform.uploads.get(made["upload_id"]) == PNG


def test_links_begin_with_the_public_url(make_site: MakeSite) -> None:
    made = make_site(public_url="https://anime.example/app/").announce()
    assert made["url"].startswith("https://anime.example/app/storage/")


@pytest.mark.parametrize(
    ("change", "code", "status", "field"),
    [
        ({"size": 0}, "invalid-field", 422, "size"),
        ({"size": "many"}, "invalid-field", 422, "size"),
        ({"size": 33 * 2**20}, "upload-too-large", 413, "size"),
        ({"size": 10**30}, "upload-too-large", 413, "size"),
        ({"content_type": "text/html"}, "invalid-field", 422, "content_type"),
        ({"file_name": "x" * 1025}, "invalid-field", 422, "file_name"),
        ({"file_name": "\ud800"}, "invalid-field", 422, "file_name"),
        ({"file_name": None}, "invalid-field", 422, "file_name"),
        ({"owner": "me"}, "invalid-field", 422, "owner"),
    ],
)
def test_bad_announcements_are_problems(
    site: Site, change: dict[str, Any], code: str, status: int, field: str
) -> None:
    body = {"file_name": "me.png", "size": 5, "content_type": "image/png", **change}
    answer = site.client.post(
        URL, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    problem = problem_of(answer, status, code)
    assert problem["field"] == field
    if code == "upload-too-large":
        assert problem["limit"] == site.settings.max_upload_bytes


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 50_000, b""])
def test_a_body_that_is_no_json_is_a_problem(site: Site, body: bytes) -> None:
    answer = site.client.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_json_body_over_64_kib_is_refused(site: Site) -> None:
    body = b'{"file_name": "' + b"x" * 65_536
    answer = site.client.post(URL, content=body, headers={"Content-Type": "application/json"})
    assert "64 KiB" in problem_of(answer, 413, "upload-too-large")["detail"]


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        (PNG + b"x", "image/png", 413, "upload-too-large"),
        (PNG[:-1], "image/png", 422, "upload-mismatch"),
        (PNG, "image/jpeg", 422, "upload-mismatch"),
        (b"", "image/png", 422, "upload-mismatch"),
    ],
)
def test_the_storage_takes_exactly_what_was_signed(
    site: Site, data: bytes, content_type: str, status: int, code: str
) -> None:
    made = site.announce()
    headers = {"Content-Type": content_type}
    problem_of(site.client.put(made["url"], content=data, headers=headers), status, code)
    assert site.platform.uploads.size(made["upload_id"]) is None


def test_an_upload_of_unknown_length_is_counted(site: Site) -> None:
    made = site.announce(1000)
    chunks = iter([bytes(600), bytes(600)])
    answer = site.client.put(made["url"], content=chunks, headers=made["headers"])
    problem_of(answer, 413, "upload-too-large")
    assert site.platform.uploads.size(made["upload_id"]) is None


def test_a_changed_link_is_refused(site: Site) -> None:
    url = site.announce()["url"]
    # Not the last one: some of its bits count for nothing.
    changed = url[:-2] + ("A" if url[-2] != "A" else "B") + url[-1]
    for wrong in (changed, "/storage/x", "/storage/" + "x" * 2000, "/storage/..%2Fsecret"):
        answer = site.client.put(wrong, content=PNG, headers={"Content-Type": "image/png"})
        assert answer.status_code in (403, 404)
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_link_serves_its_own_method_and_time_only(site: Site) -> None:
    made = site.announce()
    problem_of(site.client.get(made["url"]), 403, "bad-signature")
    site.pass_time(901)
    answer = site.client.put(made["url"], content=PNG, headers=made["headers"])
    problem_of(answer, 403, "bad-signature")


def test_the_longest_file_name_fits_into_a_link(site: Site) -> None:
    job_id = site.post_job(site.upload(name="漢字" * 500 + ".png")).json()["job_id"]
    site.work()
    assert site.client.get(site.job(job_id)["result_url"]).status_code == 200


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("me.jpg", "me.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\me.jpg", "me.jpg"),
        ('a\r\n"b<c>.png', "abc.png"),
        ("gpj\u202e.exe", "gpj.exe"),
        ("..", "photo"),
        ("", "photo"),
        ("é" * 300 + ".jpeg", "é" * 195 + ".jpeg"),
        ("x" * 300, "x" * 200),
    ],
)
def test_file_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_file_name(name) == safe


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "HEIF"])
def test_a_written_picture_is_recognised(fmt: str) -> None:
    import pillow_heif

    pillow_heif.register_heif_opener()
    found = content_type_of(file_of(gradient(), fmt)[:64])
    assert found is not None
    assert fits(f"image/{fmt.lower()}", found)


@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "image/avif"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic"),
        (b"\0\0\0\x14ftypmif1\0\0\0\0mif1heic", "image/heif"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomavc1", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_brands_tell_formats_apart(head: bytes, content_type: str | None) -> None:
    assert content_type_of(head) == content_type
    assert not fits("image/png", "image/jpeg")
