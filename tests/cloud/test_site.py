"""The published site, as the website endpoint serves it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import pytest

from scripts.site import FOLDER
from tests.cloud.stack import Stack

FILES = {"/": "index.html", "/app.js": "app.js", "/style.css": "style.css"}


@pytest.fixture(scope="module")
def published(stack: Stack) -> Iterator[httpx2.Client]:
    bucket, url = stack.outputs["SiteBucketName"], stack.api_url
    publish = [sys.executable, "-m", "scripts.site", "--bucket", bucket, "--api-url", url]
    subprocess.run(publish, check=True, capture_output=True)
    # Its name is one that only AWS's servers of names know.
    host = urlsplit(stack.outputs["SiteUrl"]).netloc
    endpoint = str(stack.session.client("s3").meta.endpoint_url)
    with httpx2.Client(base_url=endpoint, headers={"Host": host}, trust_env=False) as client:
        yield client


def test_the_site_is_served_as_it_was_written(published: httpx2.Client) -> None:
    for path, file in FILES.items():
        answer = published.get(path)
        assert answer.status_code == 200
        assert answer.content == (FOLDER / file).read_bytes()
        assert answer.headers["content-type"].startswith("text/")


def test_the_page_that_names_the_others_is_always_asked_for(
    stack: Stack, published: httpx2.Client
) -> None:
    s3, bucket = stack.client("s3"), stack.outputs["SiteBucketName"]
    kept = {key: s3.head_object(Bucket=bucket, Key=key)["CacheControl"] for key in FILES.values()}
    assert kept["index.html"] == "no-cache"
    assert "max-age" in kept["style.css"]
    assert stack.api_url in published.get("/config.js").text
