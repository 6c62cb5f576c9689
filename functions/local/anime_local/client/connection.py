"""Requests that are made again where that can help."""

from __future__ import annotations

import contextlib
import random
import time
from typing import Any, Final

import httpx2

from anime_local.client.errors import ServerUnreachable, UnexpectedAnswer, error_of
from anime_shared import trail
from anime_shared.errors import AnimeError
from anime_shared.jobs import new_id
from anime_shared.trail import CORRELATION_HEADER

_API_KEY_HEADER: Final = "X-API-Key"
_FIRST_DELAY: Final = 0.25
_LONGEST_DELAY: Final = 5.0
# Too many requests, and what proxies and the server say while something starts again.
_WORTH_ANOTHER_TRY: Final = (429, 502, 503, 504)


class Connection:
    """A connection to one server. Every request through it may safely be made twice.

    The server is told the correlation id of what this thread follows (``anime_shared.trail``), or
    a new one; errors have it.

    Args:
        base_url: of the server.
        api_key: sent to the server, and to nobody else.
        timeout: seconds until an answer must have begun.
        patience: seconds for which a request is made again before its error is raised.
    """

    def __init__(self, base_url: str, api_key: str | None, timeout: float, patience: float) -> None:
        self._base_url = base_url.rstrip("/")
        self._keyed = {} if api_key is None else {_API_KEY_HEADER: api_key}
        self._timeout = timeout
        self._patience = patience
        self._http = httpx2.Client(timeout=timeout)

    def close(self) -> None:
        """Close what is open."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: dict[str, str] | None = None,
        wait: int | None = None,
        known: str | None = None,
        patience: float | None = None,
    ) -> httpx2.Response:
        """Call the API; ``wait`` is how many seconds it may take on purpose, until not ``known``.

        Raises:
            AnimeError: the server refused, can't be reached, or answers in riddles.
        """
        query = {"wait": wait, "known": known}
        return self._send(
            self._http.build_request(
                method,
                f"{self._base_url}{path}",
                json=json,
                headers={CORRELATION_HEADER: _correlation_id(), **self._keyed, **(headers or {})},
                params={name: value for name, value in query.items() if value is not None},
                timeout=self._timeout + (wait or 0),
            ),
            self._patience if patience is None else patience,
        )

    def follow(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None = None
    ) -> httpx2.Response:
        """Make a signed request, which may go to another server.

        Raises:
            AnimeError: as :meth:`call`.
        """
        absolute = url
        if url.startswith("/"):
            absolute = f"{self._base_url}{url}"
            headers = {CORRELATION_HEADER: _correlation_id(), **headers}
        request = self._http.build_request(method, absolute, headers=headers, content=content)
        return self._send(request, self._patience)

    def _send(self, request: httpx2.Request, patience: float) -> httpx2.Response:
        end = time.monotonic() + patience
        delay = _FIRST_DELAY
        while True:
            response = None
            try:
                response = self._http.send(request)
            except httpx2.TransportError as cause:
                error: AnimeError = ServerUnreachable(
                    f"{request.url.copy_with(query=None)}: {cause or type(cause).__name__}"
                )
                pause = 0.0
            else:
                if response.is_success:
                    return response
                error = _error_of(response)
                pause = _retry_after(response)
            error.correlation_id = request.headers.get(CORRELATION_HEADER)
            if response is not None and response.status_code not in _WORTH_ANOTHER_TRY:
                raise error
            # Clients that failed together shouldn't come back together.
            pause = max(pause, delay * random.uniform(0.5, 1))  # noqa: S311
            if time.monotonic() + pause > end:
                raise error
            time.sleep(pause)
            delay = min(2 * delay, _LONGEST_DELAY)


def _correlation_id() -> str:
    return trail.fields().get("correlation_id") or new_id()


def _error_of(response: httpx2.Response) -> AnimeError:
    with contextlib.suppress(ValueError):
        return error_of(response.json())
    return UnexpectedAnswer(f"the server answered {response.status_code} without a problem object")


def _retry_after(response: httpx2.Response) -> float:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else 0.0
