"""Numbers for CloudWatch, in the embedded metric format: lines of the function's log."""

from __future__ import annotations

import threading
from typing import Final

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import (
    AmazonCloudWatchEMFProvider,
)

from anime_shared.metrics import Metric

NAMESPACE: Final = "AnimeGAN"
# What a value of dollars is has no name there.
_UNITS: Final = {
    "seconds": MetricUnit.Seconds,
    "bytes": MetricUnit.Bytes,
    "usd": MetricUnit.NoUnit,
    "": MetricUnit.Count,
}
_Labels = tuple[tuple[str, str], ...]


class EmfMeter:
    """A ``Meter`` of one function; what it took is told at the end of each call, by :meth:`flush`.

    A line holds one set of labels: those that are the metric's dimensions, which CloudWatch tells
    it by, and the others, which only a search in the log finds.
    """

    def __init__(self, service: str) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._lines: dict[tuple[_Labels, _Labels], AmazonCloudWatchEMFProvider] = {}

    def record(self, metric: Metric, value: float = 1.0, /, **labels: str) -> None:
        """Keep a value for the next line.

        Raises:
            ValueError: the labels are not the metric's.
        """
        metric.check(labels)
        dimensions = tuple((name, labels[name]) for name in metric.dimensions)
        others = tuple(sorted(labels.items() - dict(dimensions).items()))
        with self._lock:
            line = self._lines.get((dimensions, others))
            if line is None:
                line = self._lines[dimensions, others] = self._line(dimensions, others)
            line.add_metric(metric.name, _UNITS[metric.unit], value)

    def flush(self) -> None:
        """Write what was recorded to the standard output."""
        with self._lock:
            lines, self._lines = self._lines, {}
        for line in lines.values():
            if line.metric_set:
                line.flush_metrics()

    def _line(self, dimensions: _Labels, others: _Labels) -> AmazonCloudWatchEMFProvider:
        line = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service=self._service)
        line.add_dimension("service", self._service)
        for name, value in dimensions:
            line.add_dimension(name, value)
        for name, value in others:
            line.add_metadata(name, value)
        return line
