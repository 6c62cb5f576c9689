"""Signed URLs of the embedded stores, as the cloud's presigned ones."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from pathlib import Path
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer
from pydantic import BaseModel, ConfigDict

from anime_shared.adapters.embedded.unavailable import told_as_unavailable
from anime_shared.errors import BadSignature

_SECRET_BYTES = 32


class Grant(BaseModel):
    """What who has the token may do.

    Attributes:
        store: name of the object store.
        method: ``PUT`` or ``GET``.
        key: of the object.
        content_type: that the body of the request (PUT) or of the answer (GET) has.
        expires_at: seconds since 1970 UTC.
        size: that the body of a PUT has, in bytes.
        file_name: under which a browser saves what it GETs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    store: Literal["uploads", "results"]
    method: Literal["PUT", "GET"]
    key: str
    content_type: str
    expires_at: float
    size: int | None = None
    file_name: str | None = None


class Signer:
    """Makes tokens of grants, and grants of its own tokens."""

    def __init__(self, secret: bytes) -> None:
        self._serializer = URLSafeSerializer(
            secret,
            salt="anime storage grant",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, grant: Grant) -> str:
        """The grant as a token that a URL can carry."""
        return str(self._serializer.dumps(grant.model_dump(exclude_none=True)))

    def open(self, token: str, now: float) -> Grant:
        """The grant in a token.

        Raises:
            BadSignature: it was changed, isn't one of this secret, or its time is over.
        """
        try:
            grant = Grant.model_validate(self._serializer.loads(token))
        except (BadData, ValueError):
            raise BadSignature("the link was changed, or isn't from here") from None
        if now >= grant.expires_at:
            raise BadSignature("the link's time is over")
        return grant


def own_secret(file: Path) -> bytes:
    """The secret in a file that nobody else may read; made at the first time.

    Raises:
        StorageUnavailable: the file can't be read or written.
    """
    with told_as_unavailable():
        if not file.exists():
            _make_secret(file)
        return file.read_bytes()


def _make_secret(file: Path) -> None:
    # A link is made as a whole or not at all, and never over another process's.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(secrets.token_bytes(_SECRET_BYTES))
            opened.flush()
            os.fsync(opened.fileno())
        file.hardlink_to(partial)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
