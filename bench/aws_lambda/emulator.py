"""A function under the emulator: what is sent to it, and what it tells of itself."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import Any, Final, Protocol

import httpx2

from bench.aws_lambda.events import Event

_PATH: Final = "/2015-03-31/functions/function/invocations"
_INIT: Final = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_PEAK: Final = re.compile(r"VmHWM:\s+(\d+) kB")
_LARGEST_EVENT: Final = 6_000_000
_UP_SECONDS: Final = 30
_ANSWER_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds from the event to the answer, and the answer's size in bytes, base64 and all."""

    seconds: float
    size: int


class Host(Protocol):
    """What the emulator runs on."""

    @property
    def url(self) -> str:
        """Of the emulator."""

    def log(self) -> str:
        """What the emulator has printed."""

    def statuses(self) -> str:
        """``/proc/PID/status`` of the handler's process, among others or not."""


class Function:
    """A function whose handler the emulator starts at the first event, as Lambda does."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._client = httpx2.Client(timeout=_ANSWER_SECONDS, trust_env=False)
        end = time.monotonic() + _UP_SECONDS
        while not self._is_up():
            if time.monotonic() > end:
                raise RuntimeError(f"the emulator doesn't start:\n{host.log()}")
            time.sleep(0.05)

    def invoke(self, event: Event) -> Answer:
        """Send an event.

        Raises:
            RuntimeError: Lambda would take no event of this size, or the answer is no success.
        """
        body = json.dumps(event).encode()
        if len(body) > _LARGEST_EVENT:
            raise RuntimeError(f"the event has {len(body)} bytes, more than Lambda takes")
        start = time.perf_counter()
        answer = self._client.post(self._host.url + _PATH, content=body)
        seconds = time.perf_counter() - start
        parsed: dict[str, Any] = answer.json()
        if parsed.get("statusCode") not in {200, 201}:
            raise RuntimeError(f"{str(parsed)[:1000]}\n{self._host.log()[-2000:]}")
        return Answer(seconds, len(answer.content))

    def init_seconds(self) -> float:
        """From the start of the handler's process until it asked for its first event.

        Raises:
            RuntimeError: there was no event yet.
        """
        found = _INIT.search(self._host.log())
        if found is None:
            raise RuntimeError(f"the emulator told of no start:\n{self._host.log()}")
        return float(found[1]) / 1000

    def peak_mib(self) -> float:
        """Peak resident memory of the handler's process so far."""
        return max(int(peak) for peak in _PEAK.findall(self._host.statuses())) / 1024

    def _is_up(self) -> bool:
        try:
            self._client.get(self._host.url)
        except httpx2.TransportError:
            return False
        return True
