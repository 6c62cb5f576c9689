"""For everybody: by keyboard, by ear, by any eye."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import OpenPage
from tests.browser.person import Person, hold
from tests.browser.photos import Photos
from tests.browser.watch import Watch

Axe = Callable[[Page], None]
FOCUSED = "() => document.activeElement.id || document.activeElement.getAttribute('aria-label')"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_axe_finds_nothing(
    open_page: OpenPage, photos: Photos, axe: Axe, dark: bool, language: str
) -> None:
    page = open_page(dark=dark, language=language, reduced_motion=True)
    person = Person(page)
    axe(page)
    page.locator("#files").set_input_files([photos.photo])
    person.sees("ready")
    page.locator(".more summary").click()
    axe(page)
    page.locator("#paint").click()
    person.sees_picture()
    axe(page)
    page.locator("#clear").click()
    axe(page)


def test_axe_finds_nothing_while_it_paints_and_when_it_fails(
    open_page: OpenPage, photos: Photos, axe: Axe, page_watch: Watch
) -> None:
    page_watch.expect("console", "415")
    person = Person(open_page(reduced_motion=True))
    person.page.route("**/api/v1/transform", hold)
    person.choose(photos.photo)
    person.paint()
    person.sees("active")
    axe(person.page)
    person.button("Cancel").click()
    person.page.unroute("**/api/v1/transform")
    person.choose(photos.text)
    person.sees("ready")
    person.paint()
    person.sees("failed")
    axe(person.page)


def test_all_of_it_is_done_by_keyboard(open_page: OpenPage) -> None:
    page = open_page()
    person = Person(page)

    def tab_to(name: str, key: str = "Tab") -> None:
        for _ in range(40):
            page.keyboard.press(key)
            if page.evaluate(FOCUSED) == name:
                return
        pytest.fail(f"the keyboard doesn't reach {name}")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the picture")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUSED) == "stage"
    tab_to("sample")
    page.keyboard.press("Enter")
    person.sees("ready")
    tab_to("strength")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#strength-told")).to_have_text("95%")
    tab_to("keep_colors")
    page.keyboard.press("Space")
    tab_to("paint")
    page.keyboard.press("Enter")
    person.sees_picture()
    # The button can't have the focus while it paints.
    assert page.evaluate(FOCUSED) == "stage"
    tab_to("wipe")
    page.keyboard.press("ArrowRight")
    assert float(page.locator("#wipe").input_value()) == pytest.approx(51)
    expect(page.locator("#wipe")).to_have_attribute("aria-valuetext", "51% of the photo")
    tab_to("download")
    with page.expect_download():
        page.keyboard.press("Enter")
    tab_to("Delete sample.jpg")
    page.keyboard.press("Enter")
    expect(person.frames).to_have_count(0)
    # The focus isn't lost with what was deleted.
    assert page.evaluate(FOCUSED) == "choose"
    tab_to("undo", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(person.frames).to_have_count(1)
    assert page.evaluate(FOCUSED) == "stage"


def test_the_focus_is_always_to_be_seen(open_page: OpenPage) -> None:
    page = open_page()
    Person(page)
    seen = set()
    for _ in range(25):
        page.keyboard.press("Tab")
        name, outline = page.evaluate("""() => {
          const focused = document.activeElement;
          // Of a card, it is the card that shows it.
          const shown = focused.closest(".card") ?? focused;
          const style = getComputedStyle(shown);
          return [focused.id || focused.textContent, style.outlineStyle + style.outlineWidth];
        }""")
        if name and page.evaluate("() => document.activeElement !== document.body"):
            assert outline == "solid3px", name
            seen.add(name)
    assert {"language", "theme", "choose", "take", "sample", "strength", "keep_colors"} <= seen


def test_what_is_chosen_is_to_be_seen_in_the_systems_colours(
    open_page: OpenPage, shoot: Callable[[Page, str], Path]
) -> None:
    page = open_page(forced_colors=True)
    Person(page)
    shoot(page, "access-forced-colours")
    outlines = page.evaluate("""() => [...document.querySelectorAll(".card:has(input)")].map(
      (card) => [card.querySelector("input").checked, getComputedStyle(card).outlineStyle])""")
    assert {(True, "solid"), (False, "none")} == {tuple(each) for each in outlines}
    # The focus has a ring of its own there.
    chosen = page.locator(".card:has(:checked)").first
    ring = "(card) => getComputedStyle(card).outlineOffset"
    assert chosen.evaluate(ring) == "0px"
    page.locator("#strength").focus()
    page.keyboard.press("Shift+Tab")
    assert page.locator(".card:has(:focus-visible)").evaluate(ring) == "4px"


def test_second_thoughts_by_keyboard_have_all_the_time_they_need(
    open_page: OpenPage, photos: Photos
) -> None:
    page = open_page("about:blank")
    page.clock.install()
    page.goto("/")
    person = Person(page)
    person.paste(photos.coffee)
    person.button("Delete coffee.jpg").click()
    undo = person.button("Undo")
    undo.focus()
    for _ in range(3):
        page.clock.run_for(8_000)
        expect(undo).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.clock.run_for(8_000)
    expect(undo).to_be_hidden()
    assert page.evaluate("() => document.activeElement !== document.body")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_focus_is_to_be_seen_on_a_notice(
    open_page: OpenPage, photos: Photos, shoot: Callable[[Page, str], Path], dark: bool
) -> None:
    page = open_page(dark=dark)
    person = Person(page)
    person.paste(photos.coffee)
    person.button("Delete coffee.jpg").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    while page.evaluate(FOCUSED) != "undo":
        page.keyboard.press("Shift+Tab")
    shoot(page, f"access-undo-{'dark' if dark else 'light'}")
    ring, ground = page.evaluate("""() => {
      const notice = document.querySelector("#notice");
      return [getComputedStyle(document.activeElement).outlineColor,
        getComputedStyle(notice).backgroundColor];
    }""")
    assert contrast(ring, ground) >= 3


def contrast(one: str, other: str) -> float:
    """By WCAG, of two colours as a browser writes them: ``rgb(31, 43, 69)``."""
    dark, light = sorted(luminance(colour) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    shares = [int(share) / 255 for share in re.findall(r"\d+", colour)[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * s for w, s in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_progress_and_end_are_said(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    said = person.listens_to("#told")
    person.page.get_by_label("Strength").fill("85")
    person.choose(photos.huge)
    person.paint()
    person.sees_picture()
    expect(person.page.locator("#told")).to_have_text("Done: huge.jpg")
    heard = said()
    assert "Painting" in heard
    # Stages are said, percentages are not: that would be too much.
    assert len(heard) < 12
