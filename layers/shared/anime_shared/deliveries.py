"""Counts what became of the messages that a queue delivered."""

from __future__ import annotations

from typing import Any

from anime_shared.metrics import DELIVERIES
from anime_shared.ports.meter import Meter


def count(meter: Meter, queue: str, event: dict[str, Any], answer: dict[str, Any]) -> None:
    """Count the deliveries of one event.

    Args:
        meter: is told.
        queue: its name, as the metric's label has it: ``jobs`` or ``finished``.
        event: of SQS, with its ``Records``.
        answer: to it, with its ``batchItemFailures``: those of them that come back.
    """
    returned = len(answer["batchItemFailures"])
    settled = len(event["Records"]) - returned
    for outcome, number in (("settled", settled), ("returned", returned)):
        if number:
            meter.record(DELIVERIES, number, queue=queue, outcome=outcome)
