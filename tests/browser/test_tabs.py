"""Several tabs of the page: what one is at, the others leave to it."""

from __future__ import annotations

from typing import Final

import httpx2
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.browser.pages import OpenPage
from tests.browser.person import Person, hold
from tests.browser.photos import Photos
from tests.local.served import Served

ELSEWHERE: Final = "Another tab of this page is at it"
# As if there had been no room for it.
FORGET_PHOTOS: Final = """() => new Promise((done) => {
  indexedDB.open("animegan").onsuccess = ({ target: { result: database } }) => {
    database.transaction("photos", "readwrite").objectStore("photos").clear().onsuccess = done;
  };
})"""
PAINTINGS: Final = """() => new Promise((done) => {
  indexedDB.open("animegan").onsuccess = ({ target: { result: database } }) => {
    const count = database.transaction("paintings").objectStore("paintings").count();
    count.onsuccess = () => done(count.result);
  };
})"""


def another_tab(page: Page) -> Person:
    tab = page.context.new_page()
    tab.goto("/")
    return Person(tab)


def looks_again(person: Person) -> None:
    """The tab comes to the front; without a window, all of them are there all the time."""
    person.page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")


def changes(context: BrowserContext) -> list[str]:
    """What all tabs send from now on, as ``POST uploads``."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method != "GET":
            sent.append(f"{request.method} {request.url.rpartition('/')[2]}")

    context.on("request", note)
    return sent


def hold_files(page: Page) -> list[Route]:
    """Leave the files that a tab uploads on their way; they are let go by ``continue_``."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        if route.request.method == "PUT":
            held.append(route)
        else:
            route.fallback()

    page.route("**/*", keep)
    return held


def sends(person: Person, photos: Photos, held: list[Route]) -> None:
    """A photo's file is on its way."""
    person.choose(photos.large)
    expect(person.page.get_by_text("large.jpg, ")).to_be_visible()
    with person.page.expect_request(lambda request: request.method == "PUT"):
        person.paint()
    while not held:
        person.page.wait_for_timeout(50)


def test_a_second_tab_repeats_nothing_and_shows_the_picture_when_it_is_done(
    open_page: OpenPage, photos: Photos
) -> None:
    first = Person(open_page())
    context = first.page.context
    held = hold_files(first.page)
    sent = changes(context)
    sends(first, photos, held)
    second = another_tab(first.page)
    second.sees("active")
    second.page.wait_for_timeout(500)
    assert sent == ["POST uploads", f"PUT {held[0].request.url.rpartition('/')[2]}"]
    expect(second.page.locator("#doing")).to_have_text(ELSEWHERE)
    (file,) = held
    file.continue_()
    first.sees_picture()
    second.sees_picture()
    assert [each.split()[1] for each in sent if each.startswith("POST")] == ["uploads", "jobs"]


def test_a_second_tab_takes_over_when_the_first_is_closed(
    open_page: OpenPage, photos: Photos
) -> None:
    first = Person(open_page())
    context = first.page.context
    held = hold_files(first.page)
    sends(first, photos, held)
    second = another_tab(first.page)
    expect(second.page.locator("#doing")).to_have_text(ELSEWHERE)
    sent = changes(context)
    first.page.close()
    second.sees_picture()
    assert sent.count("POST uploads") == sent.count("POST jobs") == 1


def test_each_tab_goes_on_with_its_own_after_a_reload(open_page: OpenPage, photos: Photos) -> None:
    first = Person(open_page())
    sends(first, photos, hold_files(first.page))
    second = another_tab(first.page)
    expect(second.page.locator("#doing")).to_have_text(ELSEWHERE)
    second.page.get_by_label("Strength").fill("35")
    second.choose(photos.coffee)
    # What isn't looked at yet isn't kept, either.
    expect(second.page.get_by_text(f"{photos.coffee.name}, ")).to_be_visible()
    second.page.route("**/api/v1/uploads", hold)
    with second.page.expect_request("**/api/v1/uploads"):
        second.paint()
    expect(second.page.locator("#doing")).to_have_text("Sending the photo")
    second.page.unroute("**/api/v1/uploads")
    second.page.reload()
    second.sees_frames("done", 1)
    second.sees_frames("active", 1)
    expect(second.page.get_by_role("button", name=f"large.jpg: {ELSEWHERE}")).to_be_visible()


def test_what_one_tab_takes_away_the_other_does_not_go_on_with(
    open_page: OpenPage, photos: Photos
) -> None:
    first = Person(open_page())
    sends(first, photos, hold_files(first.page))
    second = another_tab(first.page)
    second.sees_frames("active", 1)
    first.button("Delete large.jpg").click()
    # The next notice ends the time for second thoughts.
    first.drop(photos.notes)
    expect(second.frames).to_have_count(0)
    second.sees("none")


def test_what_waits_for_another_tab_can_be_cancelled(open_page: OpenPage, photos: Photos) -> None:
    first = Person(open_page())
    context = first.page.context
    sends(first, photos, hold_files(first.page))
    second = another_tab(first.page)
    expect(second.page.locator("#doing")).to_have_text(ELSEWHERE)
    second.button("Cancel").click()
    second.sees("ready")
    sent = changes(context)
    first.page.close()
    second.page.wait_for_timeout(300)
    assert not sent
    second.sees("ready")


def test_a_second_tab_tidies_nothing_up_that_the_first_is_at(
    open_page: OpenPage, photos: Photos
) -> None:
    first = Person(open_page())
    context = first.page.context
    first.page.route("**/api/v1/jobs/*", hold)
    first.choose(photos.large)
    expect(first.page.get_by_text("large.jpg, ")).to_be_visible()
    with first.page.expect_request("**/api/v1/jobs/*"):
        first.paint()
    first.page.evaluate(FORGET_PHOTOS)
    sent = changes(context)
    second = another_tab(first.page)
    second.page.wait_for_timeout(300)
    assert not sent
    assert first.page.evaluate(PAINTINGS) == 1
    # Once nobody is at it any more, it goes, here and on the server.
    first.page.close()
    with second.page.expect_request(lambda request: request.method == "DELETE"):
        second.page.reload()
    assert second.page.evaluate(PAINTINGS) == 0


def deletes_for_good(person: Person, name: str, photos: Photos) -> None:
    person.button(f"Delete {name}").click()
    # The next notice ends the time for second thoughts.
    person.drop(photos.notes)
    person.page.wait_for_timeout(300)


def test_a_photo_that_another_tab_paints_again_is_not_deleted(
    open_page: OpenPage, photos: Photos
) -> None:
    first = Person(open_page())
    first.paints(photos.large)
    second = another_tab(first.page)
    second.button("large.jpg: painted").click()
    second.page.get_by_label("Strength").fill("55")
    second.page.route("**/api/v1/jobs/*", hold)
    with second.page.expect_request("**/api/v1/jobs/*"):
        second.button("Paint again").click()
    sent = changes(first.page.context)
    deletes_for_good(first, "large.jpg", photos)
    first.sees("none")
    # With the job, the server would delete the upload.
    assert not sent
    first.page.close()
    second.page.unroute("**/api/v1/jobs/*")
    second.page.reload()
    second.sees_picture()
    expect(second.page.locator("#before")).to_be_visible()


def test_a_photo_that_another_tab_deleted_is_kept_when_it_is_painted_again(
    open_page: OpenPage, photos: Photos
) -> None:
    first = Person(open_page())
    first.paints(photos.photo)
    second = another_tab(first.page)
    second.button("photo.jpg: painted").click()
    deletes_for_good(first, "photo.jpg", photos)
    first.page.close()
    second.button("Paint again").click()
    second.sees_frames("done", 2)
    second.page.wait_for_timeout(300)
    second.page.reload()
    second.button("photo.jpg: painted").click()
    second.sees_picture()
    expect(second.page.locator("#before")).to_be_visible()


def test_what_was_deleted_when_the_page_is_left_is_deleted_on_the_server_too(
    open_page: OpenPage, photos: Photos, served: Served
) -> None:
    person = Person(open_page())
    with person.page.expect_response("**/api/v1/jobs") as ordered:
        person.paints(photos.large)
    job = f"{served.url}/api/v1/jobs/{ordered.value.json()['job_id']}"
    assert httpx2.get(job).status_code == 200
    person.button("Delete large.jpg").click()
    person.page.goto("about:blank")
    # Nobody hears of the answer there.
    for _ in range(50):
        if httpx2.get(job).status_code == 404:
            break
        person.page.wait_for_timeout(100)
    assert httpx2.get(job).status_code == 404


def test_what_one_tab_has_painted_the_other_does_not_paint_again(
    open_page: OpenPage, photos: Photos
) -> None:
    first = Person(open_page())
    first.choose(photos.large, photos.photo)
    expect(first.page.get_by_text("large.jpg, ")).to_be_visible()
    first.page.wait_for_timeout(300)
    second = another_tab(first.page)
    second.sees_frames("ready", 2)
    held = hold_files(first.page)
    sent = changes(first.page.context)
    first.paint()
    while len(held) < 2:
        first.page.wait_for_timeout(50)
    looks_again(second)
    second.sees_frames("active", 2)
    expect(second.page.locator("#doing")).to_have_text(ELSEWHERE)
    for file in held:
        file.continue_()
    first.sees_frames("done", 2)
    second.sees_frames("done", 2)
    assert sent.count("POST uploads") == sent.count("POST jobs") == 2


def test_a_tab_sees_what_became_of_its_photos_when_it_is_looked_at_again(
    open_page: OpenPage, photos: Photos
) -> None:
    first = Person(open_page())
    first.choose(photos.photo)
    expect(first.page.get_by_text("photo.jpg, ")).to_be_visible()
    first.page.wait_for_timeout(300)
    second = another_tab(first.page)
    second.sees("ready")
    first.paint()
    first.sees_picture()
    first.page.wait_for_timeout(300)
    looks_again(second)
    second.sees_picture()
    # One that the other has taken away isn't there any more.
    second.choose(photos.coffee)
    expect(second.page.get_by_text("600 × 400")).to_be_visible()
    second.page.wait_for_timeout(300)
    third = another_tab(first.page)
    third.button("Delete coffee.jpg").click()
    expect(third.frames).to_have_count(1)
    looks_again(second)
    expect(second.frames).to_have_count(1)
    second.sees("none")


def test_a_page_that_keeps_nothing_has_its_photos_when_it_is_looked_at_again(
    open_page: OpenPage, photos: Photos
) -> None:
    page = open_page("about:blank")
    page.add_init_script("indexedDB.open = () => { throw new DOMException('', 'SecurityError'); };")
    page.goto("/")
    person = Person(page)
    person.choose(photos.coffee)
    expect(page.get_by_text("600 × 400")).to_be_visible()
    looks_again(person)
    page.wait_for_timeout(300)
    person.sees("ready")


def test_a_page_without_locks_goes_on_after_a_reload(open_page: OpenPage, photos: Photos) -> None:
    page = open_page("about:blank")
    page.add_init_script("Object.defineProperty(navigator, 'locks', { value: undefined });")
    page.goto("/")
    person = Person(page)
    held = hold_files(page)
    sends(person, photos, held)
    page.unroute("**/*")
    page.reload()
    person.sees_picture()
