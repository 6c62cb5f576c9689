"""What goes wrong is told in words that help, and waited for where that helps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.pages import OpenPage
from tests.browser.person import PATIENCE_MS, Person
from tests.browser.photos import Photos
from tests.browser.watch import Watch
from tests.local.served import Served
from tests.local.served import served as serve

Shoot = Callable[[Page, str], Path]


def problem(code: str, status: int, **more: object) -> Callable[[Route], None]:
    """An answer of the API that tells of a problem."""
    retryable = status in {429, 503}
    body = {"type": f"urn:anime:problem:{code}", "title": "-", "status": status} | more

    def answer(route: Route) -> None:
        route.fulfill(
            status=status,
            content_type="application/problem+json",
            headers={"Retry-After": "5"} if retryable else {},
            body=json.dumps(body | {"retryable": retryable}),
        )

    return answer


def trouble(person: Person, text: str) -> None:
    """The stage tells of a problem."""
    person.sees("failed")
    alert = person.page.get_by_role("alert").filter(has_text=text)
    expect(alert).to_be_visible()


@pytest.mark.parametrize("shot", [None, "trouble-no-photo"])
def test_a_file_that_is_no_photo_is_refused_at_once(
    open_page: OpenPage, photos: Photos, shoot: Shoot, shot: str | None
) -> None:
    person = Person(open_page())
    person.drop(photos.notes, *([photos.coffee] if shot else []))
    person.notices("notes.pdf: not a photo")
    expect(person.frames).to_have_count(1 if shot else 0)
    if shot:
        shoot(person.page, shot)


def test_a_photo_that_is_none_is_told(
    open_page: OpenPage, photos: Photos, page_watch: Watch, shoot: Shoot
) -> None:
    page_watch.expect("console", "415")
    person = Person(open_page())
    person.choose(photos.text)
    person.paint()
    trouble(person, "This is not a photo")
    shoot(person.page, "trouble-not-a-picture")


def test_a_photo_that_was_cut_short_is_told(
    open_page: OpenPage, photos: Photos, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.jpg"
    cut.write_bytes(photos.large.read_bytes()[:50_000])
    person = Person(open_page())
    person.choose(cut)
    person.paint()
    trouble(person, "This photo is damaged")


def test_a_file_that_is_too_large_is_told_with_the_limit_and_made_smaller(
    open_page: OpenPage, photos: Photos, page_watch: Watch, shoot: Shoot
) -> None:
    page_watch.expect("console", "413")
    person = Person(open_page())
    person.choose(photos.heavy)
    person.paint()
    trouble(person, "Files may have 33.6 MB")
    shoot(person.page, "trouble-too-large")
    person.button("Send it smaller").click()
    person.sees_picture()


@pytest.mark.parametrize("code", ["upload-too-large", "picture-too-large"])
def test_nobody_is_told_to_do_here_what_can_not_be_done_here(
    open_page: OpenPage, photos: Photos, page_watch: Watch, code: str
) -> None:
    page_watch.expect("console", "413")
    person = Person(open_page())
    person.page.route("**/api/v1/uploads", problem(code, 413, limit=1_000_000))
    # A canvas would keep only its first frame.
    person.choose(photos.animation)
    person.paint()
    trouble(person, "Make it smaller with another program, and choose it again.")
    expect(person.page.locator("#trouble")).not_to_contain_text("right here")
    expect(person.button("Send it smaller")).to_be_hidden()
    # It would be refused again.
    expect(person.button("Try again")).to_be_hidden()


def test_what_is_too_large_even_when_smaller_is_not_sent_again(
    open_page: OpenPage, photos: Photos, page_watch: Watch
) -> None:
    page_watch.expect("console", "413")
    person = Person(open_page())
    person.page.route("**/api/v1/uploads", problem("upload-too-large", 413, limit=1_000_000))
    person.choose(photos.large)
    person.paint()
    trouble(person, "It can be made smaller right here.")
    expect(person.button("Try again")).to_be_hidden()
    person.button("Send it smaller").click()
    trouble(person, "Make it smaller with another program")
    expect(person.button("Send it smaller")).to_be_hidden()
    expect(person.button("Try again")).to_be_hidden()


def test_a_busy_server_is_asked_again_with_a_countdown(
    open_page: OpenPage, photos: Photos, page_watch: Watch, shoot: Shoot
) -> None:
    page_watch.expect("console", "503")
    person = Person(open_page())
    person.page.route("**/api/v1/**", problem("busy", 503))
    person.choose(photos.photo)
    person.paint()
    doing = person.page.locator("#doing")
    expect(doing).to_contain_text("Many photos are being painted right now. Trying again in 5 s.")
    shoot(person.page, "trouble-busy")
    expect(doing).to_contain_text("Trying again in 3 s.", timeout=PATIENCE_MS)
    person.page.unroute("**/api/v1/**")
    person.button("Try now").click()
    person.sees_picture()


def test_who_is_offline_is_told_and_goes_on_when_back(
    open_page: OpenPage, photos: Photos, page_watch: Watch, shoot: Shoot
) -> None:
    page_watch.expect("request", "ERR_INTERNET_DISCONNECTED")
    page_watch.expect("console", "ERR_INTERNET_DISCONNECTED")
    person = Person(open_page())
    person.choose(photos.photo)
    person.page.context.set_offline(True)
    person.paint()
    doing = person.page.locator("#doing")
    expect(doing).to_contain_text("You are offline. It goes on by itself", timeout=PATIENCE_MS)
    shoot(person.page, "trouble-offline")
    person.page.context.set_offline(False)
    person.sees_picture()


def test_a_server_that_is_gone_is_waited_for(
    open_page: OpenPage, photos: Photos, page_watch: Watch, tmp_path: Path
) -> None:
    page_watch.expect("request", "ERR_CONNECTION_REFUSED")
    page_watch.expect("console", "ERR_CONNECTION_REFUSED")
    with serve(tmp_path / "data", rate_limit="") as gone:
        page_watch.allow(gone.url)
        page = open_page("about:blank")
        page.goto(gone.url)
        person = Person(page)
    person.choose(photos.photo)
    person.paint()
    expect(page.locator("#doing")).to_contain_text(
        "The server can't be reached. Trying again in", timeout=PATIENCE_MS
    )
    port = gone.url.rpartition(":")[2]
    with serve(tmp_path / "data", "--port", port, rate_limit=""):
        person.sees_picture()


def test_a_job_that_expired_is_told_and_painted_anew(
    open_page: OpenPage, photos: Photos, page_watch: Watch, shoot: Shoot
) -> None:
    page_watch.expect("console", "404")
    person = Person(open_page())
    person.page.route("**/api/v1/jobs/*", problem("unknown-job", 404))
    person.choose(photos.large)
    person.paint()
    trouble(person, "This picture is no longer on the server.")
    shoot(person.page, "trouble-expired")
    person.page.unroute("**/api/v1/jobs/*")
    person.button("Try again").click()
    person.sees_picture()


def test_an_upload_that_is_gone_is_sent_once_more(
    open_page: OpenPage, photos: Photos, page_watch: Watch, served: Served
) -> None:
    page_watch.expect("console", "404")
    person = Person(open_page())
    page = person.page
    page.get_by_label("Strength").fill("80")
    with page.expect_response("**/api/v1/jobs") as ordered:
        person.paints(photos.large)
    # Somebody else deletes it, and with it the upload.
    assert httpx2.delete(f"{served.url}/api/v1/jobs/{ordered.value.json()['job_id']}").is_success
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "PUT" else None)
    page.get_by_label("Strength").fill("75")
    person.button("Paint again").click()
    person.sees_frames("done", 2)
    assert len(sent) == 1


def test_an_upload_that_is_not_what_was_announced_is_sent_anew_by_another_try(
    open_page: OpenPage, photos: Photos, page_watch: Watch
) -> None:
    page_watch.expect("console", "422")
    person = Person(open_page())
    page = person.page
    # The first try, and the second with the same upload.
    page.route("**/api/v1/jobs", problem("upload-mismatch", 422), times=2)
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.method == "PUT" else None)
    person.choose(photos.large)
    person.paint()
    trouble(person, "The photo arrived in another shape than it was sent.")
    person.button("Try again").click()
    person.sees_picture()
    assert len(sent) == 2


def test_a_file_without_bytes_is_told(open_page: OpenPage, tmp_path: Path) -> None:
    empty = tmp_path / "empty.jpg"
    empty.write_bytes(b"")
    person = Person(open_page())
    # More than one, so that they go by upload.
    person.choose(empty, empty)
    person.paint()
    trouble(person, "This file is empty.")


def test_a_defect_of_the_server_tells_nothing_of_its_inside(
    open_page: OpenPage, photos: Photos, page_watch: Watch
) -> None:
    page_watch.expect("console", "500")
    person = Person(open_page())
    person.page.route(
        "**/api/v1/transform", lambda route: route.fulfill(status=500, body="Traceback: secret")
    )
    person.choose(photos.photo)
    person.paint()
    trouble(person, "Something went wrong on the server.")
    assert "secret" not in person.page.content()


def test_styles_that_can_not_be_loaded_are_asked_for_again(
    open_page: OpenPage, page_watch: Watch
) -> None:
    page_watch.expect("console", "503")
    page = open_page("about:blank")
    page.route("**/api/v1/styles", problem("storage-unavailable", 503), times=1)
    page.goto("/")
    expect(page.locator("#notice")).to_contain_text("The styles can't be loaded.")
    expect(page.get_by_role("radio").first).to_be_attached(timeout=PATIENCE_MS)
