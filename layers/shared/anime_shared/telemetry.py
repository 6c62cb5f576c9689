"""What tells the operator of the work that is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from anime_shared.ports.meter import Meter, Unmeasured


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Where one service tells of its work.

    Attributes:
        meter: takes numbers.
    """

    meter: Meter


UNWATCHED: Final = Telemetry(Unmeasured())
