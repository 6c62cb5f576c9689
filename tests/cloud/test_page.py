"""The published page in a browser: S3's website, the API and presigned links are three origins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import launched, shoot
from tests.browser.person import Person
from tests.browser.photos import Photos, make_photos
from tests.browser.watch import Watch
from tests.cloud.stack import Stack


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Photos:
    return make_photos(tmp_path_factory.mktemp("photos"))


@pytest.fixture
def page(stack: Stack, website: str) -> Iterator[Page]:
    """The page as somebody else's browser gets it; what is refused on the way fails the test."""
    endpoint = urlsplit(stack.session.client("s3").meta.endpoint_url).netloc
    # Its name is one that only AWS's servers of names know.
    mapped = f"--host-resolver-rules=MAP {urlsplit(website).hostname} {endpoint}"
    watch = Watch([website.rstrip("/"), stack.secure_endpoint])
    with launched(mapped) as browser:
        # The emulator's certificate is its own.
        context = browser.new_context(ignore_https_errors=True)
        watch.follow(context)
        page = context.new_page()
        page.goto(website)
        yield page
        watch.check()


def test_a_photo_goes_by_upload_queue_and_container(page: Page, photos: Photos) -> None:
    person = Person(page)
    with (
        page.expect_response(lambda answer: answer.request.method == "PUT") as sent,
        page.expect_response("**/api/v1/jobs") as ordered,
    ):
        person.choose(photos.large)
        person.paint()
    assert sent.value.status == 200
    assert ordered.value.status == 202
    person.sees_picture()
    shoot(page, "cloud-job")


def test_a_small_photo_goes_in_one_call(page: Page, photos: Photos) -> None:
    person = Person(page)
    with page.expect_response("**/api/v1/transform") as answered:
        person.choose(photos.photo)
        person.paint()
    assert answered.value.status == 200
    person.sees_picture()
    expect(page.get_by_text("1 face painted")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert Path(download.value.path()).stat().st_size > 10_000
