"""The page trusts nobody, and leaves nothing behind."""

from __future__ import annotations

import json

from playwright.sync_api import Route

from tests.browser.pages import OpenPage
from tests.browser.person import Person
from tests.browser.photos import Photos
from tests.browser.watch import Watch

EVIL = "<img src=x onerror='window.hurt = true'><script>window.hurt = true</script>"
COUNTED = """
  window.urls = new Set();
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    window.urls.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => { window.urls.delete(url); revokeObjectURL.call(URL, url); };
"""


def test_scripts_of_strangers_do_not_run(open_page: OpenPage, page_watch: Watch) -> None:
    page_watch.expect("console", "Content Security Policy")
    page_watch.expect("console", "404")
    page = open_page()
    page.evaluate("""() => {
      const script = document.createElement("script");
      script.textContent = "window.hurt = true";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.hurt = true'>");
    }""")
    page.wait_for_timeout(200)
    assert page.evaluate("() => window.hurt") is None


def test_what_the_api_says_is_text(open_page: OpenPage, page_watch: Watch, photos: Photos) -> None:
    page_watch.expect("console", "422")

    def styles(route: Route) -> None:
        known = route.fetch().json()
        known[0] |= {"title": EVIL, "licence": EVIL}
        route.fulfill(body=json.dumps(known), content_type="application/json")

    def refusal(route: Route) -> None:
        body = {"type": "urn:anime:problem:invalid-field", "title": EVIL, "detail": EVIL}
        route.fulfill(status=422, body=json.dumps(body), content_type="application/problem+json")

    page = open_page("about:blank")
    page.route("**/api/v1/styles", styles)
    page.route("**/api/v1/transform", refusal)
    page.goto("/")
    person = Person(page)
    person.choose(photos.photo)
    person.paint()
    person.sees("failed")
    assert page.get_by_text("<script>").count() >= 3
    assert page.evaluate("() => window.hurt") is None
    assert page.locator("main script, main img[src=x]").count() == 0


def test_addresses_of_pictures_are_given_back(open_page: OpenPage, photos: Photos) -> None:
    page = open_page("about:blank")
    page.add_init_script(COUNTED)
    page.goto("/")
    person = Person(page)
    person.paints(photos.photo, photos.coffee)
    for frame in person.page.locator(".frame").all() * 3:
        frame.click()
        person.sees_picture()
    # Two of the reel, two of the stage, one to download.
    assert page.evaluate("() => window.urls.size") <= 5
    person.button("Delete all").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete all").click()
    assert page.evaluate("() => window.urls.size") <= 1
