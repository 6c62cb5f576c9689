"""The JavaScript clients in ``docs/examples``, in a page of another host."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.hosts import host_of
from tests.browser.pages import OpenPage
from tests.browser.photos import Photos
from tests.browser.watch import Watch
from tests.local.served import Served, served

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
# What the example calls, as WeChat's own does it: the file goes out as one part of a form.
WX = """
globalThis.files = {};
globalThis.wx = {
  env: { USER_DATA_PATH: "wxfile://usr" },
  getFileSystemManager: () => ({
    writeFile({ filePath, data, encoding, success, fail }) {
      if (encoding !== "base64") return fail({ errMsg: "writeFile:fail" });
      files[filePath] = data;
      success();
    },
  }),
  async uploadFile({ url, filePath, name, formData, success, fail }) {
    const form = new FormData();
    for (const [field, text] of Object.entries(formData)) {
      if (typeof text !== "string") throw new TypeError(field);
      form.append(field, text);
    }
    form.append(name, files[filePath], "photo.jpg");
    try {
      const answer = await fetch(url, { method: "POST", body: form });
      success({ statusCode: answer.status, data: await answer.text() });
    } catch (error) {
      fail({ errMsg: `uploadFile:fail ${error.message}` });
    }
  },
};
"""


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """The origin of a host that serves the examples."""
    with host_of(EXAMPLES) as origin:
        yield origin


@pytest.fixture(scope="module")
def api(host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose API pages of the host may call."""
    folder = tmp_path_factory.mktemp("api")
    with served(folder / "data", rate_limit="", cors_origins=host) as running:
        yield running


def test_a_page_of_anybodys(
    open_page: OpenPage, page_watch: Watch, photos: Photos, host: str, api: Served
) -> None:
    page_watch.allow(host)
    page_watch.allow(api.url)
    page = open_page("about:blank")
    page.goto(f"{host}/page.html?api={api.url}")
    page.get_by_label("Photo").set_input_files(photos.photo)
    expect(page.get_by_role("status")).to_have_text("Done, painted by hayao", timeout=30_000)
    picture = page.get_by_alt_text("The photo as anime")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 0


def test_a_mini_program(
    open_page: OpenPage, page_watch: Watch, photos: Photos, host: str, api: Served
) -> None:
    page_watch.allow(host)
    page_watch.allow(api.url)
    page = open_page("about:blank")
    page_watch.expect("console", "415")
    page.goto(f"{host}/page.html")
    page.evaluate(WX)
    page.set_content("<input type=file>")
    page.locator("input").set_input_files(photos.photo)
    painted = page.evaluate(
        """async (api) => {
          const { paint } = await import("/miniprogram.js");
          files["tmp://photo"] = document.querySelector("input").files[0];
          const path = await paint(api, "tmp://photo");
          const bytes = Uint8Array.from(atob(files[path]), (letter) => letter.charCodeAt(0));
          const { width, height } = await createImageBitmap(new Blob([bytes]));
          files["tmp://letter"] = new Blob(["Dear Sir"]);
          const refused = await paint(api, "tmp://letter").catch(({ message }) => message);
          return JSON.stringify({ path, width, height, refused });
        }""",
        api.url,
    )
    told = json.loads(painted)
    assert told["path"] == "wxfile://usr/anime.jpg"
    assert max(told["width"], told["height"]) <= 1280
    assert "image" in told["refused"]
