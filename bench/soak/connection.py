"""Requests that are made again as our own client makes them, and each answer noted."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Collection
from typing import Any, Final

import httpx2

from bench.soak.diary import Diary

TIMEOUT_SECONDS: Final = 30.0
_FIRST_DELAY: Final = 0.25
_LONGEST_DELAY: Final = 5.0
_WORTH_ANOTHER_TRY: Final = (429, 502, 503, 504)


class GivenUpError(Exception):
    """The server refused, or was away, for longer than the client had patience."""


class RefusedError(Exception):
    """The server refused for good; ``problem`` says why, as in the diary."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Connection:
    """One client's connection.

    Args:
        url: of the server.
        diary: where each answer is noted.
        expected: problems that the fault explains, as ``409 style-not-installed``.
        patience: seconds for which a request is made again.
    """

    def __init__(self, url: str, diary: Diary, expected: Collection[str], patience: float) -> None:
        self.diary = diary
        self._expected = expected
        self._patience = patience
        self._http = httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_SECONDS, trust_env=False)

    async def close(self) -> None:
        """Close what is open."""
        await self._http.aclose()

    async def send(
        self, method: str, path: str, *, wait: int = 0, until: float | None = None, **request: Any
    ) -> httpx2.Response:
        """The answer, once it is a success.

        Args:
            method: of the request, which may safely be made twice.
            path: where to.
            wait: seconds that the server may hold its answer back.
            until: when patience ends, if not by its usual measure.
            request: what else belongs to it, in httpx's words.

        Raises:
            GivenUpError: patience was over.
            RefusedError: another try can't help.
        """
        end = time.monotonic() + self._patience if until is None else until
        delay = _FIRST_DELAY
        while True:
            pause = 0.0
            try:
                answer = await self._http.request(
                    method, path, timeout=TIMEOUT_SECONDS + wait, **request
                )
            except httpx2.TransportError as error:
                self.diary.broken[type(error).__name__] += 1
            else:
                if answer.is_success:
                    self.diary.answers += 1
                    return answer
                pause = self._refused(answer)
            pause = max(pause, delay * random.uniform(0.5, 1))  # noqa: S311
            if time.monotonic() + pause > end:
                raise GivenUpError
            await asyncio.sleep(pause)
            delay = min(2 * delay, _LONGEST_DELAY)

    def _refused(self, answer: httpx2.Response) -> float:
        """Note a refusal; seconds until the next try."""
        self.diary.answers += 1
        problem = problem_in(answer)
        after = answer.headers.get("Retry-After", "")
        if answer.status_code in (429, 503) and after.isdigit():
            self.diary.refused[problem] += 1
            return float(after)
        if problem in self._expected:
            self.diary.told[problem] += 1
        else:
            self.diary.defects[problem] += 1
        if answer.status_code in _WORTH_ANOTHER_TRY:
            return 0.0
        raise RefusedError(problem)


def problem_in(answer: httpx2.Response) -> str:
    """Status and problem of an answer, as ``503 busy``."""
    try:
        kind = str(answer.json()["type"])
    except (ValueError, KeyError, TypeError):
        kind = "without a problem"
    return f"{answer.status_code} {kind.removeprefix('urn:anime:problem:')}"


def code_of(problem: dict[str, Any] | None) -> str:
    """The same of a failed job's problem."""
    told = problem or {}
    kind = str(told.get("type", json.dumps(problem)))
    return f"{told.get('status')} {kind.removeprefix('urn:anime:problem:')}"
