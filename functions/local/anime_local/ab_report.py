"""How the variants of a style compare, by the numbers that a server tells (Prometheus's text)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from prometheus_client.parser import text_string_to_metric_families

from anime_shared.metrics import COST_USD, JOBS, NONE, PICTURE_SECONDS

# Of a normal distribution, for 95 %.
_Z: Final = 1.96
_SUCCESSES: Final = ("succeeded", "cached")
_FAILURES: Final = ("failed", "given_up")


@dataclass(frozen=True, slots=True)
class VariantReport:
    """What one variant has done.

    Attributes:
        style: id of the style that was asked for.
        variant: its name.
        pictures: how many it painted.
        share: of the style's pictures that it painted, 0 to 1.
        median_seconds: of painting a picture, all stages; within its histogram's bucket.
        p95_seconds: likewise; one in twenty took longer.
        jobs: how many ended with a picture or a failure.
        failed_low: of its jobs, 0 to 1: with 95 % certainty the rate of failures is no lower.
        failed_high: likewise, no higher.
        usd_per_1000: estimated cost of a thousand pictures.
    """

    style: str
    variant: str
    pictures: int
    share: float
    median_seconds: float
    p95_seconds: float
    jobs: int
    failed_low: float
    failed_high: float
    usd_per_1000: float

    def facts(self) -> dict[str, Any]:
        """All of it, as JSON holds it."""
        return asdict(self)


def compare_variants(texts: Iterable[str]) -> list[VariantReport]:
    """One report a variant, by style and name; several texts are of servers that work together.

    Raises:
        ValueError: a text isn't what Prometheus reads.
    """
    numbers = _Numbers(texts)
    painted: dict[str, float] = defaultdict(float)
    for style, variant in numbers.variants:
        painted[style] += numbers.total(f"{PICTURE_SECONDS.name}_count", style, variant)
    return [
        _report(numbers, style, variant, painted[style])
        for style, variant in sorted(numbers.variants)
    ]


class _Numbers:
    """All samples that have a style and a variant."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._samples: list[tuple[str, Mapping[str, str], float]] = [
            (sample.name, sample.labels, sample.value)
            for text in texts
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.labels.get("variant", NONE) != NONE
        ]
        self.variants = {(labels["style"], labels["variant"]) for _, labels, _ in self._samples}

    def by(self, name: str, label: str, style: str, variant: str) -> dict[str, float]:
        """The sums of a metric's samples, by one more label."""
        sums: dict[str, float] = defaultdict(float)
        for of, labels, value in self._samples:
            if of == name and (labels["style"], labels["variant"]) == (style, variant):
                sums[labels.get(label, "")] += value
        return sums

    def total(self, name: str, style: str, variant: str) -> float:
        """The sum of a metric's samples."""
        return sum(self.by(name, "", style, variant).values())


def _report(numbers: _Numbers, style: str, variant: str, painted: float) -> VariantReport:
    pictures = numbers.total(f"{PICTURE_SECONDS.name}_count", style, variant)
    bounds = numbers.by(f"{PICTURE_SECONDS.name}_bucket", "le", style, variant)
    buckets = sorted((float(bound), count) for bound, count in bounds.items())
    outcomes = numbers.by(JOBS.name, "outcome", style, variant)
    failures = sum(outcomes.get(outcome, 0) for outcome in _FAILURES)
    jobs = failures + sum(outcomes.get(outcome, 0) for outcome in _SUCCESSES)
    low, high = wilson(failures, jobs)
    cost = numbers.total(COST_USD.name, style, variant)
    return VariantReport(
        style=style,
        variant=variant,
        pictures=int(pictures),
        share=pictures / painted if painted else 0.0,
        median_seconds=quantile(buckets, 0.5),
        p95_seconds=quantile(buckets, 0.95),
        jobs=int(jobs),
        failed_low=low,
        failed_high=high,
        usd_per_1000=1000 * cost / pictures if pictures else 0.0,
    )


def quantile(buckets: list[tuple[float, float]], share: float) -> float:
    """Of a histogram, even within each bucket, as Prometheus's ``histogram_quantile`` reckons it.

    It is in the unit of the bounds: 0 where nothing was counted, and the last finite bound where
    the quantile lies beyond it.

    Args:
        buckets: (upper bound, count of all up to it), rising; the last bound is infinite.
        share: 0 to 1.
    """
    if not buckets or buckets[-1][1] == 0:
        return 0.0
    wanted = share * buckets[-1][1]
    below_bound, below = 0.0, 0.0
    for bound, count in buckets:
        if count >= wanted:
            if math.isinf(bound):
                return below_bound
            return below_bound + (bound - below_bound) * (wanted - below) / (count - below)
        below_bound, below = bound, count
    return below_bound


def wilson(failures: float, count: float) -> tuple[float, float]:
    """The rate's interval of 95 % (Wilson 1927); 0 to 1 where nothing is known.

    Args:
        failures: how many there were, at most ``count``.
        count: of all that could have failed.

    Returns:
        Lower and upper end, 0 to 1.
    """
    if count == 0:
        return 0.0, 1.0
    rate = failures / count
    middle = rate + _Z**2 / (2 * count)
    reach = _Z * math.sqrt(rate * (1 - rate) / count + _Z**2 / (4 * count**2))
    scale = 1 + _Z**2 / count
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
