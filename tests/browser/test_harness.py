"""A check that can't fail proves nothing: each of the harness's does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from anime_shared.settings import MEBIBYTE
from tests.browser.chromium import SCREENSHOTS
from tests.browser.pages import OpenPage
from tests.browser.photos import Photos
from tests.browser.tasks import forget_tasks, longest_task
from tests.browser.watch import Kind, Watch

STRANGER = "http://stranger.example"
# The icon, so that the browser doesn't ask for /favicon.ico.
BLANK = """<!doctype html><meta name="viewport" content="width=device-width">
  <title>Blank</title><link rel="icon" href="data:,">"""
BUSY = """() => new Promise((done) => setTimeout(() => {
  const end = performance.now() + 300;
  while (performance.now() < end);
  done();
}))"""


def blank(open_page: OpenPage, **options: Any) -> Page:
    """A page at the server's address that may do anything, since it isn't the site's."""
    page = open_page("about:blank", **options)
    page.route("**/blank", lambda route: route.fulfill(content_type="text/html", body=BLANK))
    page.goto("/blank")
    return page


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return blank(open_page)


def test_the_site_loads_without_trouble(open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("h1")).to_be_visible()
    assert page.title()


@pytest.mark.parametrize(
    ("script", "troubles"),
    [
        ("console.error('boom')", [("console", "boom")]),
        ("fetch('/nowhere')", [("console", "404")]),
        ("setTimeout(() => { throw new Error('boom') })", [("exception", "boom")]),
        ("setTimeout(() => Promise.reject(new Error('boom')))", [("exception", "boom")]),
        (
            "fetch('/broken').catch(() => 0)",
            [("request", "ERR_CONNECTION_RESET"), ("console", "ERR_CONNECTION_RESET")],
        ),
        (f"fetch('{STRANGER}/x')", [("origin", f"{STRANGER}/x")]),
        (
            "void new WebSocket(`ws://${location.host}`)",
            [("origin", "ws://127.0.0.1"), ("console", "WebSocket")],
        ),
    ],
)
def test_trouble_is_noticed(
    page: Page, page_watch: Watch, script: str, troubles: list[tuple[Kind, str]]
) -> None:
    def answer(route: Route) -> None:
        route.fulfill(body="", headers={"Access-Control-Allow-Origin": "*"})

    page.route(f"{STRANGER}/**", answer)
    page.route("**/broken", lambda route: route.abort("connectionreset"))
    page.evaluate(script)
    for kind, text in troubles:
        with pytest.raises(AssertionError, match=f"{kind}: .*{re.escape(text)}"):
            page_watch.check()
        page_watch.expect(kind, text)
    page_watch.check()


def test_what_was_expected_must_happen() -> None:
    watch = Watch([])
    watch.check()
    watch.expect("console", "boom")
    with pytest.raises(AssertionError, match=r"didn't happen.* console: boom"):
        watch.check()


def test_what_a_page_gives_up_or_makes_itself_is_no_trouble(page: Page) -> None:
    page.evaluate("""() => {
      const given = new AbortController();
      const asked = fetch('/healthz', { signal: given.signal }).catch(() => 0);
      given.abort();
      return Promise.all([asked, fetch(URL.createObjectURL(new Blob(['x']))), fetch('data:,x')]);
    }""")


def test_axe_finds_what_keeps_somebody_out(page: Page, axe: Callable[[Page], None]) -> None:
    html = (
        "<!doctype html><html lang='en'><title>Form</title><main><h1>Form</h1>{}"
        "<input id='name'></main></html>"
    )
    page.set_content(html.format("<label for='name'>Name</label>"))
    axe(page)
    page.set_content(html.format("Name"))
    with pytest.raises(AssertionError, match=r"label \(critical\) at \['#name'\]: Fix any"):
        axe(page)


def test_the_longest_task_is_measured(page: Page) -> None:
    assert longest_task(page) < 50
    page.evaluate(BUSY)
    assert 300 <= longest_task(page) < 1000
    forget_tasks(page)
    assert longest_task(page) == 0


def test_a_page_is_opened_as_the_person_likes_it(open_page: OpenPage) -> None:
    page = blank(open_page, dark=True, mobile=True, language="de-DE", reduced_motion=True)
    assert page.evaluate("""() => [
      matchMedia('(prefers-color-scheme: dark)').matches,
      matchMedia('(prefers-reduced-motion: reduce)').matches,
      matchMedia('(pointer: coarse)').matches,
      navigator.language,
      innerWidth,
    ]""") == [True, True, True, "de-DE", 390]
    page = blank(open_page, width=800)
    assert page.viewport_size == {"width": 800, "height": 800}


def test_a_screenshot_shows_all_of_the_page(page: Page, shoot: Callable[[Page, str], Path]) -> None:
    page.set_content("<body style='margin: 0'><div style='height: 2000px'>")
    file = shoot(page, "harness")
    assert file.parent == SCREENSHOTS
    with Image.open(file) as picture:
        assert picture.size == (1280, 2000)


def test_the_photos_are_what_they_are_called(photos: Photos) -> None:
    with Image.open(photos.megapixel) as megapixel:
        assert 1e6 <= megapixel.width * megapixel.height < 1.01e6
    assert photos.heavy.stat().st_size == 33 * MEBIBYTE
    assert photos.vast.stat().st_size < MEBIBYTE
    assert photos.text.suffix == photos.photo.suffix == photos.coffee.suffix == ".jpg"
