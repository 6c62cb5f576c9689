"""The page, as the embedded server serves it."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from anime_web.entry.http.app import create_app
from anime_web.settings import Settings
from scripts.site import FOLDER, pages
from tests.web.conftest import MakeSite
from tests.web.serving import serving
from tests.web.site import Site

INDEX = b"<!doctype html><title>The page</title>"
FILES = {
    "index.html": INDEX,
    "app.js": b"let x;",
    "art/logo.svg": b"<svg/>",
    "hand.woff2": b"wOF2",
    "strange.xyz": b"?",
    ".env": b"secret",
    ".git/config": b"secret",
    "art/.hidden.js": b"secret",
    "docs": b"not the documentation",
}
NOT_FILES = [
    "/nowhere",
    "/nowhere.js",
    "/art",
    "/art/",
    "/app.js/nowhere",
    "/%00",
    "/" + "x" * 300,
    "/.env",
    "/.git/config",
    "/art/.hidden.js",
    "/art/%2ehidden.js",
    "/./.env",
    "/link.txt",
    "/../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/art/../../secret.txt",
    "/art/..%2f..%2fsecret.txt",
    "/..%5csecret.txt",
    "/%252e%252e/secret.txt",
    "//etc/passwd",
    "/%2fetc/passwd",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page; beside it lies what nobody may read."""
    (tmp_path / "secret.txt").write_bytes(b"secret")
    folder = tmp_path / "page"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def paged(make_site: MakeSite, folder: Path) -> Site:
    return make_site(site_dir=folder)


@pytest.mark.parametrize(
    ("path", "name", "content_type"),
    [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/?lang=de", "index.html", "text/html; charset=utf-8"),
        ("/index.html", "index.html", "text/html; charset=utf-8"),
        ("/app.js", "app.js", "text/javascript; charset=utf-8"),
        ("/art/logo.svg", "art/logo.svg", "image/svg+xml"),
        ("/hand.woff2", "hand.woff2", "font/woff2"),
        ("/strange.xyz", "strange.xyz", "application/octet-stream"),
    ],
)
def test_every_file_is_served_under_its_name(
    paged: Site, path: str, name: str, content_type: str
) -> None:
    paged.client.headers["X-Correlation-ID"] = "the-same-each-time"
    answer = paged.client.get(path)
    assert answer.status_code == 200
    assert answer.content == FILES[name]
    assert answer.headers["content-type"] == content_type
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"] == "frame-ancestors 'none'"
    head = paged.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == answer.headers


def test_what_a_browser_has_already_is_not_sent_again(paged: Site) -> None:
    tag = paged.client.get("/app.js").headers["etag"]
    again = paged.client.get("/app.js", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["cache-control"]) == (tag, "no-cache")
    other = paged.client.get("/app.js", headers={"If-None-Match": '"old"'})
    assert other.content == FILES["app.js"]


def is_nothing(status: int, content_type: str | None, body: bytes) -> bool:
    return status == 404 and content_type == "application/problem+json" and b"secret" not in body


def test_nothing_else_is(folder: Path, tmp_path: Path) -> None:
    app = create_app(Settings(data_dir=tmp_path / "var", site_dir=folder))
    with serving(app) as url:
        # A client that doesn't tidy paths, as curl --path-as-is.
        connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
        for path in NOT_FILES:
            connection.request("GET", path)
            answer = connection.getresponse()
            content_type = answer.getheader("content-type")
            assert is_nothing(answer.status, content_type, answer.read()), path
        connection.close()


def test_the_api_comes_before_the_page(paged: Site) -> None:
    client = paged.client
    assert client.get("/healthz").json() == {"status": "ok"}
    assert "swagger" in client.get("/docs").text
    assert client.get("/api/v1/openapi.json").json()["openapi"]
    for method, path, status in [
        ("GET", "/api/v1/uploads", 405),
        ("GET", "/upload", 405),
        ("HEAD", "/healthz", 405),
        ("POST", "/healthz", 405),
        ("DELETE", "/storage/x", 405),
        ("GET", "/storage/x", 403),
        ("GET", "/api/v1/jobs/x", 404),
        ("GET", "/api/v1/nowhere", 404),
        ("POST", "/", 404),
        ("PUT", "/app.js", 404),
        ("OPTIONS", "/index.html", 404),
    ]:
        answer = client.request(method, path)
        assert answer.status_code == status, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_page_needs_no_key_though_its_calls_do(make_site: MakeSite, folder: Path) -> None:
    client = make_site(site_dir=folder, api_keys="one", cors_origins="https://x.example").client
    assert client.get("/").content == INDEX
    assert client.get("/app.js").status_code == 200
    assert client.get("/api/v1/styles").status_code == 401


def test_there_is_no_page_unless_it_is_asked_for(site: Site) -> None:
    answer = site.client.get("/")
    assert is_nothing(answer.status_code, answer.headers["content-type"], answer.content)


def test_aws_leaves_the_page_to_its_bucket(folder: Path) -> None:
    names = ("uploads_bucket", "results_bucket", "table", "queue_url", "finished_queue_url")
    settings: dict[str, Any] = {"platform": "aws", **dict.fromkeys(names, "x")}
    answer = TestClient(create_app(Settings(site_dir=folder, **settings))).get("/")
    assert is_nothing(answer.status_code, answer.headers["content-type"], answer.content)


def test_a_file_has_the_type_that_it_is_published_with(make_site: MakeSite) -> None:
    client = make_site(site_dir=FOLDER).client
    published = pages(FOLDER, "")
    assert {"index.html", "js/main.js"} <= {file.key for file in published}
    for file in published:
        answer = client.get(f"/{file.key}")
        assert answer.content == file.body or file.key == "config.js"
        assert answer.headers["content-type"] == file.content_type
