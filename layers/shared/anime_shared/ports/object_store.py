"""Where pictures lie: uploads in one store, results in another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, Protocol


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that anyone who has it may make, until it expires.

    Attributes:
        url: absolute, or beginning with ``/`` if it is to be made to the web function itself.
        method: ``PUT`` or ``GET``.
        headers: that must be sent exactly so.
        expires_at: seconds since 1970 UTC.
    """

    url: str
    method: str
    expires_at: float
    headers: dict[str, str] = field(default_factory=dict)


class ObjectStore(Protocol):
    """Bytes by key.

    Keys are ours: letters, digits, ``-``, ``_``, ``.`` and ``/``; no part begins with a dot.

    Raises:
        StorageUnavailable: from every method, if the store can't be read or written.
    """

    def put(self, key: str, data: bytes | IO[bytes], content_type: str) -> None:
        """Write an object, at once or not at all; replaces what was there.

        A file is read from where it stands to its end, and never held as a whole.
        """

    def get(self, key: str) -> bytes | None:
        """The object's bytes; ``None`` if there is none."""

    def size(self, key: str) -> int | None:
        """The object's size in bytes; ``None`` if there is none."""

    def read_start(self, key: str, count: int) -> bytes:
        """The first ``count`` bytes, or all if there are fewer; none if there is no object."""

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens if there is none."""

    def sign_put(self, key: str, size: int, content_type: str, seconds: float) -> SignedRequest:
        """Let someone write this object, of exactly this size and type."""

    def sign_get(
        self, key: str, content_type: str, file_name: str, seconds: float
    ) -> SignedRequest:
        """Let someone read this object; a browser saves it as ``file_name``."""
