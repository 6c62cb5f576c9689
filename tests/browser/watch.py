"""What a page must not do without being noticed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

Kind = Literal["console", "exception", "request", "origin"]
# The page itself, or a navigation, gave it up.
_GIVEN_UP: Final = "net::ERR_ABORTED"
# What a page has made by itself.
_LOCAL: Final = ("about", "blob", "data")
_SETTLE_MS: Final = 50


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a page did; ``text`` is for a person."""

    kind: Kind
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"

    def covers(self, other: Trouble) -> bool:
        """Whether the other is of this kind, and its text has this one's in it."""
        return self.kind == other.kind and self.text in other.text


class Watch:
    """Collects errors on the console, exceptions, failed requests, and requests to strangers.

    ``origins`` are those that may be asked, as ``http://127.0.0.1:8000``.
    """

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = set(origins)
        self._contexts: list[BrowserContext] = []
        self._expected: list[Trouble] = []
        self.troubles: list[Trouble] = []

    def follow(self, context: BrowserContext) -> None:
        """Watch all pages of a context, from now on."""
        self._contexts.append(context)
        context.on("console", self._on_console)
        context.on("weberror", self._on_exception)
        context.on("request", lambda request: self._asked(request.url))
        context.on("page", lambda page: page.on("websocket", lambda ws: self._asked(ws.url)))
        context.on("requestfailed", self._on_failure)

    def allow(self, origin: str) -> None:
        """One more origin that may be asked."""
        self._origins.add(origin)

    def expect(self, kind: Kind, containing: str = "") -> None:
        """Let trouble of this kind pass whose text has this part; there must be some."""
        self._expected.append(Trouble(kind, containing))

    def check(self) -> None:
        """Raise if there was trouble that nobody expected, or none where some was expected.

        Raises:
            AssertionError: with a line for each.
        """
        self._settle()
        wrong = [
            str(one) for one in self.troubles if not any(e.covers(one) for e in self._expected)
        ]
        wrong += [
            f"didn't happen, though it was expected: {expected}"
            for expected in self._expected
            if not any(expected.covers(one) for one in self.troubles)
        ]
        assert not wrong, "the page got into trouble:\n" + "\n".join(wrong)

    def _settle(self) -> None:
        for context in self._contexts:
            for page in context.pages:
                page.wait_for_timeout(_SETTLE_MS)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._note("console", f"{message.text} ({message.location['url']})")

    def _on_exception(self, error: WebError) -> None:
        self._note("exception", str(error.error))

    def _asked(self, address: str) -> None:
        url = urlsplit(address)
        if url.scheme not in _LOCAL and f"{url.scheme}://{url.netloc}" not in self._origins:
            self._note("origin", address)

    def _on_failure(self, request: Request) -> None:
        if request.failure != _GIVEN_UP:
            self._note("request", f"{request.failure} ({request.url})")

    def _note(self, kind: Kind, text: str) -> None:
        self.troubles.append(Trouble(kind, text))
