"""From a photo to a picture, with the real models behind the page."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Request, expect

from anime_shared.sniff import HEAD_BYTES, content_type_of
from tests.browser.pages import OpenPage
from tests.browser.person import PATIENCE_MS, Person, hold
from tests.browser.photos import Photos
from tests.clips import seen
from tests.painted import assert_painted
from tests.pictures import opened

Shoot = Callable[[Page, str], Path]


def asked(page: Page) -> list[Request]:
    """What the page asks the API for, from now on."""
    requests: list[Request] = []
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108 - Playwright takes no built-in method
    return requests


def posted(requests: list[Request], end: str) -> list[Request]:
    return [each for each in requests if each.method == "POST" and each.url.endswith(end)]


def test_three_actions_make_a_picture(open_page: OpenPage, photos: Photos, shoot: Shoot) -> None:
    person = Person(open_page())
    shoot(person.page, "flow-1-start")
    person.choose(photos.photo)
    person.sees("ready")
    expect(person.page.get_by_text("photo.jpg, 512 × 512")).to_be_visible()
    shoot(person.page, "flow-2-ready")
    person.paint()
    person.sees_picture()
    expect(person.page.get_by_text("1 face painted")).to_be_visible()
    shoot(person.page, "flow-3-done")
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "photo_anime.jpg"
    picture = Path(download.value.path()).read_bytes()
    assert_painted(photos.photo.read_bytes(), opened(picture))


def test_an_animation_stays_one(open_page: OpenPage, photos: Photos, shoot: Shoot) -> None:
    person = Person(open_page())
    requests = asked(person.page)
    person.choose(photos.animation)
    person.sees("ready")
    person.paint()
    person.sees_picture()
    # It is sent as it is, and not in one call, which may not wait long enough.
    (upload,) = posted(requests, "/api/v1/uploads")
    announced = upload.post_data_json
    assert announced is not None
    assert announced["size"] == photos.animation.stat().st_size
    assert not posted(requests, "/api/v1/transform")
    expect(person.page.get_by_text("3 frames")).to_be_visible()
    shoot(person.page, "animation")
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "animation_anime.gif"
    painted = seen(Path(download.value.path()).read_bytes())
    assert (painted.kind, len(painted.frames), painted.loop) == ("GIF", 3, 0)
    assert painted.milliseconds == [100] * 3


def test_a_photo_is_dropped(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    person.drop(photos.coffee)
    person.sees("ready")
    person.paint()
    person.sees_picture()


def test_a_photo_is_pasted(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    person.paste(photos.coffee)
    person.sees("ready")


def test_the_sample_is_painted(open_page: OpenPage) -> None:
    person = Person(open_page())
    person.button("No photo at hand? Try this one.").click()
    person.paint()
    person.sees_picture()


def test_a_photo_is_taken_with_the_camera(open_page: OpenPage, shoot: Shoot) -> None:
    person = Person(open_page(permissions=["camera"]))
    person.button("Take a photo").click()
    dialog = person.page.get_by_role("dialog", name="Take a photo")
    expect(dialog).to_be_visible()
    running = "video => new Promise((done) => video.requestVideoFrameCallback(() => done()))"
    person.page.locator("#viewfinder").evaluate(running)
    shoot(person.page, "camera")
    person.button("Take it").click()
    expect(dialog).to_be_hidden()
    person.paint()
    person.sees_picture()


def test_one_camera_is_closed_before_another_is_asked_for(open_page: OpenPage) -> None:
    page = open_page(permissions=["camera"])
    # Many phones refuse the second one else; these here don't.
    page.evaluate("""() => {
      const media = navigator.mediaDevices;
      const ask = media.getUserMedia.bind(media);
      const tracks = [];
      window.openCameras = [];
      media.getUserMedia = async (wanted) => {
        window.openCameras.push(tracks.filter(({ readyState }) => readyState === "live").length);
        const stream = await ask(wanted);
        tracks.push(...stream.getTracks());
        return stream;
      };
    }""")
    person = Person(page)
    person.button("Take a photo").click()
    for _ in range(2):
        expect(person.button("Take it")).to_be_enabled()
        person.button("Other camera").click()
    expect(person.button("Take it")).to_be_enabled()
    assert page.evaluate("() => window.openCameras") == [0, 0, 0]


def test_a_camera_that_is_refused_is_told(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("""() => {
      const refused = new DOMException("", "NotAllowedError");
      navigator.mediaDevices.getUserMedia = () => Promise.reject(refused);
    }""")
    person = Person(page)
    person.button("Take a photo").click()
    expect(page.get_by_role("alert").filter(has_text="use the camera")).to_be_visible()
    expect(person.button("Take it")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_several_photos_are_painted_side_by_side(
    open_page: OpenPage, photos: Photos, shoot: Shoot
) -> None:
    person = Person(open_page())
    person.choose(photos.photo, photos.coffee, photos.megapixel)
    expect(person.button("Paint all 3")).to_be_enabled()
    person.paint()
    person.sees_frames("done", 3)
    person.page.locator(".frame").first.click()
    person.sees_picture()
    shoot(person.page, "flow-several")


def test_a_job_tells_its_stages(open_page: OpenPage, photos: Photos, shoot: Shoot) -> None:
    person = Person(open_page())
    page = person.page
    heard = person.listens_to("#doing")
    # So that it wasn't painted before.
    page.get_by_label("Strength").fill("95")
    person.choose(photos.huge)
    person.paint()
    expect(page.locator("#doing")).to_have_text("Painting", timeout=PATIENCE_MS)
    assert 0 < float(page.locator("#bar").get_attribute("value") or 0) < 1
    shoot(page, "flow-painting")
    person.sees_picture()
    seen = heard()
    assert "Sending the photo" in seen
    assert seen.index("Waiting for a painter") < seen.index("Painting")


def test_the_options_are_what_is_ordered(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    page = person.page
    page.get_by_role("radio", name="Like the rest").check(force=True)
    page.get_by_label("Strength").fill("40")
    page.get_by_role("switch", name="Keep the photo's colours").check()
    page.get_by_text("More", exact=True).click()
    page.get_by_label("File").select_option("webp")
    person.choose(photos.large)
    with page.expect_request("**/api/v1/jobs") as request:
        person.paint()
    order = request.value.post_data_json
    assert order is not None
    assert order.pop("upload_id")
    assert order == {
        "style": "hayao", "faces": "off", "strength": 0.4, "keep_colors": True, "format": "webp",
    }  # fmt: skip
    person.sees_picture()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    with Image.open(download.value.path()) as picture:
        assert picture.format == "WEBP"


def test_another_style_needs_no_other_upload(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    page = person.page
    requests = asked(page)
    person.paints(photos.large)
    page.get_by_role("radio", name="Like the rest").check(force=True)
    person.button("Paint again").click()
    person.sees_frames("done", 2)
    assert len(posted(requests, "/uploads")) == 1
    assert len(posted(requests, "/jobs")) == 2


def test_a_small_photo_goes_in_one_call_and_a_large_one_by_upload(
    open_page: OpenPage, photos: Photos
) -> None:
    person = Person(open_page())
    requests = asked(person.page)
    person.paints(photos.photo)
    assert len(posted(requests, "/transform")) == 1
    assert not posted(requests, "/uploads")
    person.paints(photos.large)
    assert len(posted(requests, "/transform")) == 1
    assert len(posted(requests, "/uploads")) == 1
    assert len([each for each in requests if each.method == "PUT"]) == 1


def test_a_photo_whose_name_lies_is_sent_as_what_it_is(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    with person.page.expect_request("**/api/v1/uploads") as announced:
        person.paints(photos.misnamed)
    order = announced.value.post_data_json
    assert order is not None
    assert order["content_type"] == "image/webp"


HEADS = {
    "jpeg": b"\xff\xd8\xff\xe0",
    "png": b"\x89PNG\r\n\x1a\n",
    "gif": b"GIF89a",
    "webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0mif1miafMA1B",
    "avif, as a HEIF": b"\0\0\0\x1cftypmif1\0\0\0\0mif1miafavif",
    "avif, as a sequence": b"\0\0\0\x18ftypmsf1\0\0\0\0msf1avis",
    "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "heic, as a HEIF": b"\0\0\0\x18ftypmif1\0\0\0\0mif1heix",
    "heif": b"\0\0\0\x14ftypmif1\0\0\0\0mif1",
    "a version is no brand": b"\0\0\0\x14ftypmif1avifmif1",
    "behind the brands": b"\0\0\0\x14ftypmif1\0\0\0\0mif1avif",
    "behind the bytes": b"\0\0\0\x44ftypmif1\0\0\0\0" + b"mif1" * 12 + b"avif",
    "a film": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
    "text": b"This is no photo.\n",
}


def test_page_and_server_take_a_file_for_the_same(open_page: OpenPage) -> None:
    page = open_page()
    found = page.evaluate(
        """async (heads) => {
          const { contentType } = await import("/js/photos.js");
          const bytes = (head) => Uint8Array.from(atob(head), (one) => one.charCodeAt(0));
          return Promise.all(heads.map((head) => contentType(new Blob([bytes(head)]))));
        }""",
        [base64.b64encode(head).decode() for head in HEADS.values()],
    )
    told = dict(zip(HEADS, found, strict=True))
    assert told == {name: content_type_of(head[:HEAD_BYTES]) for name, head in HEADS.items()}


def test_an_avif_that_says_heif_first_is_painted(
    open_page: OpenPage, photos: Photos, tmp_path: Path
) -> None:
    file = tmp_path / "photo.avif"
    with Image.open(photos.coffee) as coffee:
        coffee.save(file)
    whole = file.read_bytes()
    file.write_bytes(whole[:8] + b"mif1" + whole[12:])
    person = Person(open_page())
    # More than one, so that they go by upload.
    person.paints(file, file)


def test_a_webp_that_is_made_smaller_has_fewer_bytes_and_stays_transparent(
    open_page: OpenPage, photos: Photos, tmp_path: Path
) -> None:
    file = tmp_path / "large.webp"
    with Image.open(photos.huge) as huge:
        huge.putalpha(Image.linear_gradient("L").resize(huge.size))
        huge.save(file, quality=90, method=0)
    person = Person(open_page())
    page = person.page
    sent = page.evaluate(
        """async (file) => {
          const { contentType, shrink } = await import("/js/photos.js");
          const bytes = Uint8Array.from(atob(file), (one) => one.charCodeAt(0));
          const small = await shrink(new Blob([bytes]), 3000);
          const { width, height } = await createImageBitmap(small);
          const canvas = new OffscreenCanvas(width, height);
          const context = canvas.getContext("2d");
          context.drawImage(await createImageBitmap(small), 0, 0);
          const [, , , alpha] = context.getImageData(0, 0, 1, 1).data;
          return { size: small.size, type: await contentType(small), width, alpha };
        }""",
        base64.b64encode(file.read_bytes()).decode(),
    )
    assert sent["size"] < file.stat().st_size
    assert (sent["type"], sent["width"]) == ("image/webp", 3000)
    assert sent["alpha"] < 10


def test_a_large_photo_is_made_smaller_only_if_that_is_wanted(
    open_page: OpenPage, photos: Photos, shoot: Shoot
) -> None:
    person = Person(open_page())
    page = person.page
    person.choose(photos.huge)
    offer = page.get_by_role("checkbox", name=re.compile("^This photo is large"))
    expect(offer).not_to_be_checked()
    shoot(page, "flow-large")
    offer.check()
    requests = asked(page)
    person.paint()
    person.sees_picture()
    (announced,) = posted(requests, "/uploads")
    order = announced.post_data_json
    assert order is not None
    assert order["size"] < photos.huge.stat().st_size
    expect(page.get_by_text(re.compile("^3000 × "))).to_be_visible()


def test_cancelling_gives_the_photo_back(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    page = person.page
    person.choose(photos.huge)
    person.paint()
    person.sees("active")
    with page.expect_request(lambda request: request.method == "DELETE"):
        expect(page.locator("#doing")).not_to_have_text("Sending the photo", timeout=PATIENCE_MS)
        person.button("Cancel").click()
    person.sees("ready")
    person.notices("Cancelled. The photo is still here.")
    page.get_by_role("checkbox", name=re.compile("^This photo is large")).check()
    person.paint()
    person.sees_picture()


@pytest.mark.parametrize("smaller_first", [False, True], ids=["whole first", "smaller first"])
def test_a_photo_is_sent_anew_if_it_shall_have_another_size(
    open_page: OpenPage, photos: Photos, smaller_first: bool
) -> None:
    person = Person(open_page())
    page = person.page
    requests = asked(page)
    person.choose(photos.huge)
    offer = page.get_by_role("checkbox", name=re.compile("^This photo is large"))
    offer.set_checked(smaller_first)
    page.route("**/api/v1/jobs", hold)
    with page.expect_request("**/api/v1/jobs"):
        person.paint()
    # It is there, and no job has it yet.
    person.button("Cancel").click()
    page.unroute("**/api/v1/jobs")
    offer.set_checked(not smaller_first)
    person.paint()
    person.sees_picture()
    whole = photos.huge.stat().st_size
    announced = [each.post_data_json or {} for each in posted(requests, "/uploads")]
    assert [each["size"] < whole for each in announced] == [smaller_first, not smaller_first]


def test_the_slider_is_moved_by_pointer_and_by_keys(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page())
    person.paints(photos.photo)
    slider = person.page.get_by_role("slider", name="How much of the photo is shown")
    box = slider.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    person.page.mouse.move(box["x"] + box["width"] / 2, middle)
    person.page.mouse.down()
    person.page.mouse.move(box["x"] + box["width"] * 0.8, middle, steps=5)
    person.page.mouse.up()
    assert 78 < float(slider.input_value()) < 82
    grip = person.page.locator("#grip").bounding_box()
    assert grip
    assert abs(grip["x"] + grip["width"] / 2 - (box["x"] + box["width"] * 0.8)) < 4
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "0% of the photo"
    slider.press("End")
    assert slider.get_attribute("aria-valuetext") == "100% of the photo"


def test_the_slider_is_moved_by_touch(open_page: OpenPage, photos: Photos) -> None:
    person = Person(open_page(mobile=True))
    person.paints(photos.photo)
    slider = person.page.get_by_role("slider", name="How much of the photo is shown")
    box = slider.bounding_box()
    assert box
    person.page.touchscreen.tap(box["x"] + box["width"] * 0.25, box["y"] + box["height"] / 2)
    assert 23 < float(slider.input_value()) < 27


def test_a_picture_is_copied(open_page: OpenPage, photos: Photos) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    person = Person(open_page(permissions=permissions))
    person.paints(photos.photo)
    person.button("Copy").click()
    person.notices("Copied: paste it where you like.")
    size = person.page.evaluate("""async () => {
      const [item] = await navigator.clipboard.read();
      const picture = await createImageBitmap(await item.getType("image/png"));
      return [picture.width, picture.height];
    }""")
    assert size == [512, 512]


def test_a_picture_is_shared_where_the_system_can(open_page: OpenPage, photos: Photos) -> None:
    page = open_page()
    page.evaluate("""() => {
      navigator.canShare = ({ files }) => files[0].type === "image/jpeg";
      navigator.share = ({ files }) => { window.shared = files[0].name; return Promise.resolve(); };
    }""")
    person = Person(page)
    person.paints(photos.photo)
    person.button("Share").click()
    assert page.evaluate("() => window.shared") == "photo_anime.jpg"
