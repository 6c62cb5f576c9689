"""What each stage of painting takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Final, TypeAlias

# Makes, by a stage's name, what is around each piece of work on it.
OnStage: TypeAlias = Callable[[str], AbstractContextManager[object]]
_STAGES: Final = ("decode", "detect", "stylise", "paste", "encode")


@dataclass(slots=True)
class Timings:
    """Seconds spent in each stage; ``stylise`` is of background and faces together.

    ``on_stage`` is around each piece of it.
    """

    decode: float = 0.0
    detect: float = 0.0
    stylise: float = 0.0
    paste: float = 0.0
    encode: float = 0.0
    on_stage: OnStage = field(default=nullcontext, repr=False)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the time spent in the block to ``stage``."""
        start = time.perf_counter()
        with self.on_stage(stage):
            yield
        setattr(self, stage, getattr(self, stage) + time.perf_counter() - start)

    def total(self) -> float:
        """Seconds of all stages."""
        return sum(self._seconds().values())

    def rounded(self) -> dict[str, float]:
        """Stage to seconds, to the tenth of a millisecond."""
        return {stage: round(seconds, 4) for stage, seconds in self._seconds().items()}

    def _seconds(self) -> dict[str, float]:
        return {stage: getattr(self, stage) for stage in _STAGES}
