"""Which addresses may be told that a job has ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from anime_shared.errors import WebhookRefused

LONGEST_URL: Final = 2048
_PORTS: Final = {"https": 443, "http": 80}
# RFC 3986's characters; anything else is written in two ways by two programs.
_ALLOWED = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """A URL in its parts: scheme, host in lower case, port, segments of the path."""

    scheme: str
    host: str
    port: int
    path: tuple[str, ...]

    @classmethod
    def parse(cls, url: str) -> Address:
        """The parts of an absolute URL.

        Raises:
            ValueError: it isn't one, or can be read in two ways.
        """
        if len(url) > LONGEST_URL or not _ALLOWED.fullmatch(url):
            raise ValueError("not a URL")
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("neither http:// nor https://")
        if "@" in parts.netloc or "#" in url:
            raise ValueError("a user or a fragment has no place in it")
        segments = tuple(segment for segment in parts.path.split("/") if segment)
        if any(unquote(s) in (".", "..") or "/" in unquote(s) for s in segments):
            raise ValueError("its path goes astray")
        port = parts.port or _PORTS[parts.scheme]
        return cls(parts.scheme, parts.hostname.rstrip("."), port, segments)

    def covers(self, other: Address) -> bool:
        """Whether ``other`` has the same origin and lies at or below this path."""
        origin = (self.scheme, self.host, self.port)
        return (
            origin == (other.scheme, other.host, other.port)
            and other.path[: len(self.path)] == self.path
        )


class AllowList:
    """Origins, or origins with the beginning of a path, that the operator named.

    Equality of the host is what keeps private addresses out: one is only called if it is on the
    list itself. What a host name resolves to is the sender's concern.

    Raises:
        ValueError: an entry isn't the beginning of a URL.
    """

    def __init__(self, prefixes: Sequence[str]) -> None:
        self._entries = [Address.parse(prefix) for prefix in prefixes]

    def check(self, url: str) -> Address:
        """The parts of ``url`` if it may be called.

        Raises:
            WebhookRefused: it may not.
        """
        try:
            address = Address.parse(url)
        except ValueError:
            raise WebhookRefused(
                "webhook_url: it must be an absolute http or https URL without user and fragment",
                field="webhook_url",
            ) from None
        if not any(entry.covers(address) for entry in self._entries):
            raise WebhookRefused(
                "webhook_url: the operator doesn't allow calls to this address",
                field="webhook_url",
            )
        return address
