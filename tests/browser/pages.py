"""Opening the site's pages as different people do."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from typing import Final

from playwright.sync_api import Browser, Page

from tests.browser.tasks import WATCH
from tests.browser.watch import Watch

_DESKTOP: Final = (1280, 800)
_PHONE: Final = (390, 844)


class OpenPage:
    """Opens pages of the server at ``url``, each in a context of its own, which ``ends`` closes."""

    def __init__(self, browser: Browser, url: str, watch: Watch, ends: ExitStack) -> None:
        self._browser = browser
        self._url = url
        self._watch = watch
        self._ends = ends

    def __call__(
        self,
        path: str = "/",
        *,
        dark: bool = False,
        mobile: bool = False,
        language: str = "en-US",
        reduced_motion: bool = False,
        forced_colors: bool = False,
        width: int | None = None,
        height: int | None = None,
        permissions: Iterable[str] = (),
    ) -> Page:
        """A page that is loaded.

        Args:
            path: at the server.
            dark: what the person's system prefers.
            mobile: a phone that is touched; else a desktop with a mouse.
            language: what the browser asks for, and formats by.
            reduced_motion: what the person's system prefers.
            forced_colors: whether the person's system chooses the colours.
            width: of the window in CSS pixels; none: the device's.
            height: of the window in CSS pixels; none: the device's.
            permissions: granted without asking, as ``clipboard-read``.
        """
        usual = _PHONE if mobile else _DESKTOP
        context = self._browser.new_context(
            base_url=self._url,
            color_scheme="dark" if dark else "light",
            forced_colors="active" if forced_colors else "none",
            device_scale_factor=2 if mobile else 1,
            has_touch=mobile,
            is_mobile=mobile,
            locale=language,
            permissions=list(permissions),
            reduced_motion="reduce" if reduced_motion else "no-preference",
            viewport={"width": width or usual[0], "height": height or usual[1]},
        )
        self._ends.callback(context.close)
        self._watch.follow(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(path)
        return page
