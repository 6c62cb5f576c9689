"""Traces for any collector that takes OTLP over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from anime_shared import trail
from anime_shared.ports.tracer import Attribute, Span

_PREFIX: Final = "anime."
_SECONDS: Final = 5.0
# Who told it to stop doesn't wait long.
_FLUSH_MILLISECONDS: Final = 2000
_W3C: Final = TraceContextTextMapPropagator()


class OtelTracer:
    """A ``Tracer`` of one service; what it can't send in time is dropped, and said in the log.

    Args:
        service: whose work it tells.
        endpoint: the collector's, as ``http://collector:4318``.
    """

    def __init__(self, service: str, endpoint: str) -> None:
        resource = Resource.create({"service.name": f"anime-{service}"})
        self._provider = TracerProvider(resource=resource)
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("anime")

    @contextmanager
    def span(self, name: str, /, **attributes: Attribute) -> Iterator[Span]:
        """A piece of work, as long as the block runs."""
        with self._tracer.start_as_current_span(name, _around()) as span:
            told = _Told(span)
            known = trail.current()
            if known is not None:
                told.tell(correlation_id=known.correlation_id)
            told.tell(**attributes)
            carrier: dict[str, str] = {}
            _W3C.inject(carrier)
            with trail.working(carrier["traceparent"]):
                yield told

    def flush(self) -> None:
        """Send what wasn't sent yet, for a process that ends."""
        self._provider.force_flush(_FLUSH_MILLISECONDS)


class _Told:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def tell(self, **attributes: Attribute) -> None:
        for name, value in attributes.items():
            self._span.set_attribute(f"{_PREFIX}{name}", value)


def _around() -> Context | None:
    """What a new span is part of; ``None``: the one that goes on in this thread or task."""
    if trace.get_current_span().get_span_context().is_valid:
        return None
    return _W3C.extract(trail.fields())
