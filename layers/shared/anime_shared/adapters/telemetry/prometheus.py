"""Numbers for Prometheus, which comes and asks for them."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.multiprocess import MultiProcessCollector

from anime_shared.errors import InvalidField
from anime_shared.metrics import METRICS, Kind, Metric

# When each of them began is of no use to anyone, and there are as many of them.
disable_created_metrics()  # type: ignore[no-untyped-call]
_log = logging.getLogger(__name__)


class PrometheusMeter:
    """A ``Meter`` of one service.

    Args:
        service: of whose work it tells.
        folder: where the processes of one machine keep their numbers, so that any of them can
            tell all; as in ``PROMETHEUS_MULTIPROC_DIR``, before the library was imported. ``None``:
            this process has its own.
    """

    def __init__(self, service: str, folder: Path | None = None) -> None:
        self._service = service
        self._folder = folder
        self._registry = CollectorRegistry()
        self._instruments = {metric.name: _made(metric, self._registry) for metric in METRICS}

    def record(self, metric: Metric, value: float = 1.0, /, **labels: str) -> None:
        """Add to a counter, set a gauge, or count in a histogram.

        Raises:
            ValueError: the labels are not the metric's.
        """
        metric.check(labels)
        child = self._instruments[metric.name].labels(service=self._service, **labels)
        match child:
            case Counter():
                child.inc(value)
            case Gauge():
                child.set(value)
            case Histogram():
                child.observe(value)

    def serve(self, host: str, port: int) -> int:
        """Answer at ``http://host:port/metrics`` from a thread of its own; the port, if it was 0.

        Raises:
            InvalidField: the address can't be listened on.
        """
        try:
            server, _ = start_http_server(port, host, self.told())
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise InvalidField(
                f"ANIME_METRICS_PORT: can't listen on {host}, {port}: {reason}",
                field="ANIME_METRICS_PORT",
            ) from None
        _log.info("metrics are told on port %d", server.server_port)
        return int(server.server_port)

    def told(self) -> CollectorRegistry:
        """What is told: the numbers of this process, or of all that share its folder."""
        if self._folder is None:
            return self._registry
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return registry


def _made(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    labels = ("service", *metric.labels)
    if metric.kind is Kind.COUNTER:
        return Counter(metric.name, metric.help, labels, registry=registry)
    if metric.kind is Kind.HISTOGRAM:
        return Histogram(
            metric.name, metric.help, labels, registry=registry, buckets=metric.buckets
        )
    return Gauge(
        metric.name,
        metric.help,
        labels,
        registry=registry,
        # A service's next process speaks for the one before.
        multiprocess_mode="mostrecent",
    )
