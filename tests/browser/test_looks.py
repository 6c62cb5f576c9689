"""On every screen, by day and by night, quickly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from scripts.site import FOLDER
from tests.browser.pages import OpenPage
from tests.browser.person import Person, hold
from tests.browser.photos import Photos

Shoot = Callable[[Page, str], Path]
SCREENS = {
    "320": {"width": 320, "height": 640},
    "phone": {"mobile": True},
    "tablet": {"width": 820, "height": 1180},
    "desktop": {},
    "4k": {"width": 3840, "height": 2160},
}
SHIFTED = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_it_fits_the_screen(
    open_page: OpenPage, photos: Photos, shoot: Shoot, screen: str, dark: bool
) -> None:
    person = Person(open_page(dark=dark, **SCREENS[screen]))  # type: ignore[arg-type]
    name = f"looks-{screen}-{'dark' if dark else 'light'}"
    shoot(person.page, f"{name}-1")
    assert_nothing_is_cut_off(person.page)
    person.paints(photos.photo)
    shoot(person.page, f"{name}-2")
    assert_nothing_is_cut_off(person.page)


def assert_nothing_is_cut_off(page: Page) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    cut = page.evaluate("""() => [...document.querySelectorAll("h1, h2, button, a, select")]
      .filter((element) => element.checkVisibility() && !element.closest(".cards, .skip"))
      .map((element) => [element.id || element.textContent.trim(), element.getBoundingClientRect()])
      .filter(([, box]) => box.left < -1 || box.right > innerWidth + 1)
      .map(([name]) => name)
    """)
    assert not cut
    overlapping = page.evaluate("""() => {
      const title = document.querySelector("h1");
      const choice = document.querySelector(".preferences");
      const range = document.createRange();
      range.selectNodeContents(title);
      return range.getBoundingClientRect().right > choice.getBoundingClientRect().left;
    }""")
    assert not overlapping


def test_the_look_is_switched_and_remembered(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("button", name="Switch to the dark look").click()
    paper = "getComputedStyle(document.querySelector('#stage')).backgroundColor"
    dark = page.evaluate(paper)
    page.reload()
    expect(page.get_by_role("button", name="Switch to the light look")).to_be_visible()
    assert page.evaluate(paper) == dark
    page.get_by_role("button", name="Switch to the light look").click()
    assert page.evaluate(paper) != dark


def test_nothing_moves_for_those_who_want_it_still(open_page: OpenPage, photos: Photos) -> None:
    moving = (
        "() => document.getAnimations().map((one) => one.animationName ?? one.transitionProperty)"
    )
    for still, expected in ((False, True), (True, False)):
        person = Person(open_page(reduced_motion=still))
        person.page.route("**/api/v1/transform", hold)
        person.choose(photos.photo)
        person.paint()
        person.sees("active")
        person.page.wait_for_timeout(100)
        assert ("breathe" in person.page.evaluate(moving)) == expected


def test_the_first_view_needs_no_script(open_page: OpenPage) -> None:
    page = open_page("about:blank")
    held: list[Route] = []
    page.route("**/*.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in method
    page.goto("/", wait_until="commit")
    expect(page.get_by_role("heading", name="Drop a photo here")).to_be_visible()
    painted = "() => performance.getEntriesByName('first-contentful-paint').length"
    for _ in range(50):
        if page.evaluate(painted):
            break
        page.wait_for_timeout(100)
    assert page.evaluate(painted) == 1
    assert held
    for route in held:
        route.continue_()


def test_nothing_shifts_while_it_loads(open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.add_init_script(SHIFTED)
    page.goto("/")
    person = Person(page)
    person.page.wait_for_timeout(300)
    assert page.evaluate("() => window.shifted") < 0.02


def test_it_is_small() -> None:
    files = [file for file in FOLDER.rglob("*") if file.is_file() and "samples" not in file.parts]
    assert sum(file.stat().st_size for file in files) < 150_000
