"""Traces for AWS X-Ray."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from anime_shared import trail
from anime_shared.ports.tracer import Attribute, Span

if TYPE_CHECKING:
    from aws_lambda_powertools.tracing.base import BaseProvider


class XRayTracer:
    """A ``Tracer`` of one Lambda function; its calls are traced, pieces are parts of them."""

    def __init__(self, service: str) -> None:
        self._service = service

    @contextmanager
    def span(self, name: str, /, **attributes: Attribute) -> Iterator[Span]:
        """A piece of work, as long as the block runs."""
        with self._provider.in_subsegment(name=f"## {name}") as subsegment:
            told = _Told(subsegment)
            known = trail.current()
            if known is not None:
                told.tell(correlation_id=known.correlation_id)
            told.tell(**attributes)
            try:
                yield told
            except BaseException as error:
                told.fail(error)
                raise

    def flush(self) -> None:
        """Nothing: each piece is sent as it ends."""

    @cached_property
    def _provider(self) -> BaseProvider:
        # It brings botocore, as the stores do at the first request: until then, none is needed.
        from aws_lambda_powertools import Tracer  # noqa: PLC0415

        provider: BaseProvider = Tracer(service=self._service).provider
        return provider


class _Told:
    def __init__(self, subsegment: Any) -> None:
        self._subsegment = subsegment

    def tell(self, **attributes: Attribute) -> None:
        for name, value in attributes.items():
            self._subsegment.put_annotation(key=name, value=value)

    def fail(self, error: BaseException) -> None:
        # Not what it says, which may be private.
        self._subsegment.add_fault_flag()
        self._subsegment.put_annotation(key="error", value=type(error).__name__)
