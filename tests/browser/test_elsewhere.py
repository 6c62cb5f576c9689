"""The page at another address than the API, in a folder, as a bucket or a web host serves it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from scripts.site import FOLDER, pages
from tests.browser.hosts import host_of
from tests.browser.pages import OpenPage
from tests.browser.person import Person
from tests.browser.photos import Photos
from tests.browser.watch import Watch
from tests.local.served import served

PATH = "some/folder"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[str]:
    """The origin of a host of files, which serves ``tmp_path / "www"``."""
    with host_of(tmp_path / "www") as origin:
        yield origin


def test_the_page_works_in_a_folder_of_another_host(
    open_page: OpenPage, page_watch: Watch, photos: Photos, host: str, tmp_path: Path
) -> None:
    with served(tmp_path / "data", rate_limit="", cors_origins=host) as api:
        for file in pages(FOLDER, api.url):
            target = tmp_path / "www" / PATH / file.key
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.body)
        page_watch.allow(host)
        page_watch.allow(api.url)
        page = open_page("about:blank")
        page.goto(f"{host}/{PATH}/")
        person = Person(page)
        person.paints(photos.photo)
        person.paints(photos.large)
        docs = page.get_by_role("link", name="For developers: the API")
        expect(docs).to_have_attribute("href", f"{api.url}/docs")
