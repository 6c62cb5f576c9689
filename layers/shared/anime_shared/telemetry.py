"""What tells the operator of the work that is done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from anime_shared.ports.meter import Meter, Unmeasured
from anime_shared.ports.tracer import Tracer, Untraced


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Where one service tells of its work.

    Attributes:
        meter: takes numbers.
        tracer: takes what was done for each wish.
    """

    meter: Meter = field(default_factory=Unmeasured)
    tracer: Tracer = field(default_factory=Untraced)


UNWATCHED: Final = Telemetry()
