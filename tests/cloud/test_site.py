"""The published site, as the website endpoint serves it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest

from scripts.site import FOLDER
from tests.cloud.stack import Stack

FILES = {
    "/js/main.js": "text/javascript",
    "/css/page.css": "text/css",
    "/art/icon.svg": "image/svg+xml",
}


@pytest.fixture(scope="module")
def published(stack: Stack, website: str) -> Iterator[httpx2.Client]:
    # Its name is one that only AWS's servers of names know.
    endpoint = str(stack.session.client("s3").meta.endpoint_url)
    headers = {"Host": urlsplit(website).netloc}
    with httpx2.Client(base_url=endpoint, headers=headers, trust_env=False) as client:
        yield client


def test_the_site_is_served_as_it_was_written(published: httpx2.Client) -> None:
    for path, content_type in FILES.items():
        answer = published.get(path)
        assert answer.status_code == 200
        assert answer.content == (FOLDER / path.removeprefix("/")).read_bytes()
        assert answer.headers["content-type"].startswith(content_type)


def test_code_is_always_asked_for_and_pictures_are_kept(stack: Stack, website: str) -> None:
    assert website
    s3, bucket = stack.client("s3"), stack.outputs["SiteBucketName"]
    files = ("index.html", "js/main.js", "samples/photo.jpg")
    kept = [s3.head_object(Bucket=bucket, Key=key)["CacheControl"] for key in files]
    assert kept[:2] == ["no-cache", "no-cache"]
    assert "max-age" in kept[2]


def test_the_page_knows_its_api_and_storage(stack: Stack, published: httpx2.Client) -> None:
    assert f'"{stack.api_url}"' in published.get("/config.js").text
    assert f"connect-src 'self' {stack.secure_endpoint};" in published.get("/").text
