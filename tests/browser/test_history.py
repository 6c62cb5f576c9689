"""What was painted is kept in the browser, and only there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.pages import OpenPage
from tests.browser.person import PATIENCE_MS, Person
from tests.browser.photos import Photos

Shoot = Callable[[Page, str], Path]


def test_pictures_are_there_after_a_reload(
    open_page: OpenPage, photos: Photos, shoot: Shoot
) -> None:
    person = Person(open_page())
    person.paints(photos.photo, photos.coffee)
    person.page.reload()
    person.sees("none")
    expect(person.frames).to_have_count(2)
    shoot(person.page, "history-reloaded")
    person.page.get_by_role("button", name="photo.jpg: painted").click()
    person.sees_picture()
    expect(person.page.get_by_role("link", name="Download")).to_be_visible()


def test_a_reload_in_the_middle_of_a_job_finds_it_again(
    open_page: OpenPage, photos: Photos
) -> None:
    person = Person(open_page())
    orders: list[str] = []
    person.page.on(
        "request", lambda asked: orders.append(asked.url) if asked.method == "POST" else None
    )
    person.page.get_by_label("Strength").fill("90")
    person.choose(photos.huge)
    person.paint()
    expect(person.page.locator("#doing")).to_have_text("Painting", timeout=PATIENCE_MS)
    person.page.reload()
    person.sees("active")
    person.sees_picture()
    assert len([url for url in orders if url.endswith("/jobs")]) == 1


def test_photos_that_are_not_painted_yet_are_there_after_a_reload(
    open_page: OpenPage, photos: Photos
) -> None:
    person = Person(open_page())
    person.choose(photos.coffee)
    expect(person.page.get_by_text("600 × 400")).to_be_visible()
    person.page.wait_for_timeout(300)
    person.page.reload()
    person.sees("ready")
    person.paint()
    person.sees_picture()


def test_a_picture_is_deleted_and_brought_back(
    open_page: OpenPage, photos: Photos, shoot: Shoot
) -> None:
    person = Person(open_page())
    person.paints(photos.photo)
    person.button("Delete photo.jpg").click()
    expect(person.frames).to_have_count(0)
    shoot(person.page, "history-undo")
    person.button("Undo").click()
    expect(person.frames).to_have_count(1)
    person.sees_picture()


def test_the_last_of_a_photos_pictures_is_brought_back_with_the_photo(
    open_page: OpenPage, photos: Photos
) -> None:
    person = Person(open_page())
    person.paints(photos.photo)
    person.page.get_by_role("radio", name="Like the rest").check(force=True)
    person.button("Paint again").click()
    person.sees_frames("done", 2)
    for _ in range(2):
        person.button("Delete photo.jpg").first.click()
    expect(person.frames).to_have_count(0)
    person.button("Undo").click()
    person.sees_picture()
    person.page.reload()
    person.page.get_by_role("button", name="photo.jpg: painted").click()
    person.sees_picture()
    expect(person.page.locator("#before")).to_be_visible()


def test_one_picture_is_deleted_while_another_of_the_photo_is_painted(
    open_page: OpenPage, photos: Photos
) -> None:
    person = Person(open_page())
    person.page.get_by_label("Strength").fill("70")
    person.paints(photos.large)
    person.page.get_by_label("Strength").fill("65")
    person.button("Paint again").click()
    person.sees("active")
    person.button("Delete large.jpg").last.click()
    # The next notice ends the time for second thoughts.
    person.drop(photos.notes)
    person.sees_frames("done", 1)
    person.sees_frames("failed", 0)


def test_what_was_deleted_is_deleted_on_the_server_too(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    person.paints(photos.large)
    person.button("Delete large.jpg").click()
    with person.page.expect_response(
        lambda answer: answer.request.method == "DELETE" and "/jobs/" in answer.url
    ) as deleted:
        # The next notice ends the time for second thoughts, as waiting does.
        person.paste(photos.coffee)
        person.page.get_by_role("button", name=re.compile("^Delete coffee")).click()
    assert deleted.value.status == 204
    person.page.reload()
    expect(person.frames).to_have_count(0)


def test_all_are_deleted_after_a_second_thought(
    open_page: OpenPage, photos: Photos, shoot: Shoot
) -> None:
    person = Person(open_page())
    person.paints(photos.photo, photos.coffee)
    person.button("Delete all").click()
    question = person.page.get_by_role("alertdialog")
    expect(question).to_be_visible()
    shoot(person.page, "history-clear")
    question.get_by_role("button", name="Keep them").click()
    expect(person.frames).to_have_count(2)
    person.button("Delete all").click()
    question.get_by_role("button", name="Delete all").click()
    expect(person.frames).to_have_count(0)
    person.page.reload()
    expect(person.frames).to_have_count(0)
    expect(person.page.get_by_text("in this browser only")).to_be_visible()


def test_a_browser_that_keeps_nothing_paints_all_the_same(
    open_page: OpenPage, photos: Photos
) -> None:
    page = open_page("about:blank")
    page.add_init_script("""
      indexedDB.open = () => { throw new DOMException("", "SecurityError"); };
      Object.defineProperty(window, "localStorage", { get() { throw new Error("refused"); } });
    """)
    page.goto("/")
    person = Person(page)
    person.paints(photos.photo)
