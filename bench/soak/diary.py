"""What the clients of one run noticed, and what they were promised."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Painted:
    """An order that was served; seconds of one monotonic clock.

    Attributes:
        kind: ``call``, ``job`` or ``batch``.
        ordered: when the client began.
        done: when it had the picture, decoded.
    """

    kind: str
    ordered: float
    done: float

    @property
    def seconds(self) -> float:
        """From the order to the picture."""
        return self.done - self.ordered


@dataclass(slots=True)
class Diary:
    """What came of it.

    Attributes:
        painted: every order that was served.
        answers: how many there were of any kind.
        refused: 429 and 503 with ``Retry-After``, by status and problem.
        told: other problems that the fault explains, likewise, and those of failed jobs.
        defects: anything else that isn't a success, likewise.
        broken: connections that ended without an answer, by what the client saw.
        promised: photos whose job was accepted.
        given_up: orders that were refused for good, or until their client's patience was over.
        lost: photos whose job was accepted, and that never became a picture nor a problem.
        page: seconds of each look at the page, answered or not.
    """

    painted: list[Painted] = field(default_factory=list)
    answers: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    defects: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    promised: int = 0
    given_up: int = 0
    lost: int = 0
    page: list[float] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, and every refusal was a deliberate one."""
        return not self.lost and not self.defects

    def served_after(self, moment: float) -> float | None:
        """Seconds from ``moment`` until both kinds of orders that began after it were served.

        ``None`` if they weren't.
        """
        first: dict[str, float] = {}
        for each in self.painted:
            if each.ordered >= moment:
                first[each.kind] = min(each.done, first.get(each.kind, each.done))
        if not {"call", "job"} <= first.keys():
            return None
        return max(first["call"], first["job"]) - moment
