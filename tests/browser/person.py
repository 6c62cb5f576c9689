"""What a person does with the page."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from playwright.sync_api import Locator, Page, Route, expect

# A busy machine may need longer than a person would like to wait.
PATIENCE_MS: Final = 180_000
_DROP: Final = """([stage, photos]) => {
  const files = new DataTransfer();
  for (const [name, encoded] of photos) {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    files.items.add(new File([bytes], name));
  }
  const all = { dataTransfer: files, bubbles: true, cancelable: true };
  for (const kind of ["dragover", "drop"]) stage.dispatchEvent(new DragEvent(kind, all));
}"""
_PASTE: Final = """([name, encoded]) => {
  const files = new DataTransfer();
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  files.items.add(new File([bytes], name, { type: "image/jpeg" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: files, bubbles: true }));
}"""


# Collects what an element says from now on.
_LISTEN: Final = """(element) => {
  const heard = [];
  new MutationObserver(() => heard.push(element.textContent))
    .observe(element, { childList: true });
  return heard;
}"""


def hold(_: Route) -> None:
    """Leave a request without an answer."""


class Person:
    """Uses the page by what it shows and says."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.stage = page.locator("#stage")
        self.frames = page.get_by_role("listitem").filter(has=page.locator(".frame"))
        # Options are there once the styles have been told.
        expect(page.get_by_role("radio").first).to_be_attached(timeout=PATIENCE_MS)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def choose(self, *files: Path) -> None:
        """By the browser's dialog."""
        with self.page.expect_file_chooser() as chooser:
            self.button("Choose photos" if self.frames.count() == 0 else "Add photos").click()
        chooser.value.set_files(files)

    def drop(self, *files: Path) -> None:
        stage = self.stage.element_handle()
        self.page.evaluate(_DROP, [stage, [[file.name, _encoded(file)] for file in files]])

    def paste(self, file: Path) -> None:
        self.page.evaluate(_PASTE, [file.name, _encoded(file)])

    def paint(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Paint")).click()

    def notices(self, text: str) -> None:
        """See a line at the foot of the page."""
        expect(self.page.locator("#notice")).to_contain_text(text)

    def sees(self, state: str) -> None:
        """Wait until the stage shows a painting in a state."""
        expect(self.stage).to_have_attribute("data-state", state, timeout=PATIENCE_MS)

    def sees_frames(self, state: str, count: int) -> None:
        frames = self.page.locator(f'#reel li[data-state="{state}"]')
        expect(frames).to_have_count(count, timeout=PATIENCE_MS)

    def sees_picture(self) -> None:
        """Wait until there is a result, decoded."""
        self.sees("done")
        after = self.page.locator("#after")
        expect(after).to_be_visible()
        assert after.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

    def listens_to(self, selector: str) -> Callable[[], list[str]]:
        """Tells what an element has said since."""
        heard = self.page.locator(selector).evaluate_handle(_LISTEN)
        return heard.json_value

    def paints(self, *files: Path) -> None:
        """From photos to pictures."""
        before = self.page.locator('#reel li[data-state="done"]').count()
        self.choose(*files)
        self.paint()
        self.sees_frames("done", before + len(files))
        self.sees_picture()


def _encoded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()
