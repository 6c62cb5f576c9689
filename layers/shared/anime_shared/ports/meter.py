"""Where numbers are told."""

from __future__ import annotations

from typing import Protocol

from anime_shared.metrics import Metric


class Meter(Protocol):
    """Takes numbers of one service; safe to call from many threads."""

    def record(self, metric: Metric, value: float = 1.0, /, **labels: str) -> None:
        """Add to a counter, set a gauge, or count in a histogram.

        Raises:
            ValueError: the labels are not the metric's.
        """


class Unmeasured:
    """A ``Meter`` where nobody looks."""

    def record(self, metric: Metric, value: float = 1.0, /, **labels: str) -> None:  # noqa: ARG002
        """Nothing."""
        metric.check(labels)
