"""Objects as files."""

from __future__ import annotations

import io
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Literal

from anime_shared.adapters.embedded.signing import Grant, Signer
from anime_shared.adapters.embedded.unavailable import told_as_unavailable
from anime_shared.files import atomic_file
from anime_shared.ports.object_store import SignedRequest

# No part begins with a dot: neither `..` nor a file that is being written.
_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class FileObjectStore:
    """An ``ObjectStore`` in a folder.

    Signed URLs are paths of the web function, ``/storage/{token}``; ``signer`` opens the tokens.
    Every method raises ``ValueError`` for a key that can't be one.
    """

    def __init__(self, folder: Path, name: Literal["uploads", "results"], signer: Signer) -> None:
        self._folder = folder
        self._name = name
        self.signer: Final = signer

    def path(self, key: str) -> Path:
        """Where the object lies, if there is one.

        Raises:
            ValueError: it can't be a key.
        """
        if _KEY.fullmatch(key) is None:
            raise ValueError("not a key of an object")
        return self._folder / key

    @contextmanager
    def open_to_write(self, key: str) -> Iterator[IO[bytes]]:
        """A file that becomes the object at the end; if the block raises, nothing changes."""
        path = self.path(key)
        with told_as_unavailable(), atomic_file(path) as file:
            yield file

    def put(self, key: str, data: bytes | IO[bytes], content_type: str) -> None:  # noqa: ARG002
        """Write an object, at once or not at all; its type is told by who signs a GET."""
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        with self.open_to_write(key) as file:
            shutil.copyfileobj(source, file)

    def get(self, key: str) -> bytes | None:
        """The object's bytes; ``None`` if there is none."""
        path = self.path(key)
        with told_as_unavailable():
            try:
                return path.read_bytes()
            except FileNotFoundError:
                return None

    def size(self, key: str) -> int | None:
        """The object's size in bytes; ``None`` if there is none."""
        path = self.path(key)
        with told_as_unavailable():
            try:
                return path.stat().st_size
            except FileNotFoundError:
                return None

    def read_start(self, key: str, count: int) -> bytes:
        """The first ``count`` bytes, or all if there are fewer; none if there is no object."""
        path = self.path(key)
        with told_as_unavailable():
            try:
                with path.open("rb") as file:
                    return file.read(count)
            except FileNotFoundError:
                return b""

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens if there is none."""
        path = self.path(key)
        with told_as_unavailable():
            path.unlink(missing_ok=True)

    def sign_put(self, key: str, size: int, content_type: str, seconds: float) -> SignedRequest:
        """Let someone write this object, of exactly this size and type."""
        return self._signed("PUT", key, content_type, seconds, size=size)

    def sign_get(
        self, key: str, content_type: str, file_name: str, seconds: float
    ) -> SignedRequest:
        """Let someone read this object; a browser saves it as ``file_name``."""
        return self._signed("GET", key, content_type, seconds, file_name=file_name)

    def _signed(
        self,
        method: Literal["PUT", "GET"],
        key: str,
        content_type: str,
        seconds: float,
        *,
        size: int | None = None,
        file_name: str | None = None,
    ) -> SignedRequest:
        self.path(key)
        expires_at = time.time() + seconds
        grant = Grant(
            store=self._name,
            method=method,
            key=key,
            content_type=content_type,
            expires_at=expires_at,
            size=size,
            file_name=file_name,
        )
        headers = {"Content-Type": content_type} if method == "PUT" else {}
        return SignedRequest(f"/storage/{self.signer.sign(grant)}", method, expires_at, headers)
