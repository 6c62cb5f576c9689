"""The browser, and pictures of what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.browser import find_browser

SCREENSHOTS: Final = Path(__file__).parents[2] / ".browser/screenshots"
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Two cameras, each shows a test picture.
    "--use-fake-device-for-media-stream=device-count=2",
)


@contextmanager
def launched(*more: str) -> Iterator[Browser]:
    """Chromium without a window; ``more`` are arguments for it.

    Raises:
        CannotGoOn: there is none on this machine.
    """
    program = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*_ARGUMENTS, *more])
        yield browser
        browser.close()


def shoot(page: Page, name: str) -> Path:
    """A picture of the whole page, with nothing moving: ``.browser/screenshots/<name>.png``."""
    file = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=file, full_page=True, animations="disabled")
    return file
