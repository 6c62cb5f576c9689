"""Refuses a request body that is too large, without ever holding it, or told to be of two sizes."""

from __future__ import annotations

import contextlib
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from anime_shared.errors import MalformedBody, UploadTooLarge
from anime_shared.http.problems import respond

# A client that is told "too large" while it still sends sees a broken pipe instead of the
# answer, so the rest is read and thrown away, up to this many times the limit.
_DRAIN_FACTOR = 4
# Multipart boundaries, field names and small fields beside the picture.
_ENVELOPE_BYTES = 64 * 1024
_LONGEST_NUMBER = 20
_TWO_SIZES = MalformedBody(
    "Content-Length: it has no place beside Transfer-Encoding", field="Content-Length"
)


class _BodyTooLargeError(Exception):
    pass


class BodyLimit:
    """ASGI middleware: bodies over ``max_bytes`` are answered with 413 by header or by count.

    ``paths`` is a regular expression of the paths that it guards, from their beginning on;
    ``envelope`` is how many bytes may come on top of ``max_bytes``.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        *,
        field: str = "image",
        paths: str = "",
        envelope: int = _ENVELOPE_BYTES,
    ) -> None:
        self._app = app
        self._paths = re.compile(paths)
        self._max_bytes = max_bytes + envelope
        mebibytes = max_bytes / 2**20
        limit = f"{mebibytes:.1f} MiB" if mebibytes >= 1 else f"{max_bytes / 2**10:.0f} KiB"
        self._error = UploadTooLarge(
            f"{field}: the request has more than {limit}, which is the limit",
            field=field,
            limit=max_bytes,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] != "http" or self._paths.match(scope["path"]) is None:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if "content-length" in headers and "transfer-encoding" in headers:
            # Two programs in a row could take two different bodies from it (RFC 9112, section 6.3).
            await respond(_TWO_SIZES)(scope, receive, send)
            return
        if announced_bytes(headers) > self._max_bytes:
            await self._refuse(scope, receive, send)
            return
        seen = 0
        more = True

        async def counted() -> Message:
            nonlocal seen, more
            message = await receive()
            more = message.get("more_body", False)
            seen += len(message.get("body", b""))
            if seen > self._max_bytes:
                raise _BodyTooLargeError
            return message

        async def unless_refused(message: Message) -> None:
            # The framework makes an answer of its own of the error in `counted`.
            if seen <= self._max_bytes:
                await send(message)

        with contextlib.suppress(_BodyTooLargeError):
            await self._app(scope, counted, unless_refused)
        if seen > self._max_bytes:
            await self._refuse(scope, receive, send, more=more)

    async def _refuse(
        self, scope: Scope, receive: Receive, send: Send, *, more: bool = True
    ) -> None:
        drained = 0
        # Who asks for more than there is waits until the client goes.
        while more and drained < _DRAIN_FACTOR * self._max_bytes:
            message = await receive()
            drained += len(message.get("body", b""))
            more = message.get("more_body", False)
        await respond(self._error)(scope, receive, send)


def announced_bytes(headers: Headers) -> int:
    """What a request says that its body has; 0 if it says nothing, or nothing sensible."""
    value = headers.get("content-length", "")
    if not (value.isascii() and value.isdigit()):
        return 0
    # Python refuses to read numbers of thousands of digits.
    return int(value[:_LONGEST_NUMBER])
