"""Every number that the product tells of itself: the one list of their names.

Prometheus and CloudWatch get the same names. ``_total`` only grows; ``_seconds``, ``_bytes`` and
``_usd`` are units. Each has the label ``service`` beside its own: ``web``, ``inference``,
``worker`` or ``housekeeper``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# Of a label that has nothing to say.
NONE: Final = "none"


class Kind(StrEnum):
    """What recording a value does."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """A number with a name.

    Attributes:
        name: begins with ``anime_``.
        kind: a counter adds up, a gauge is the last value, a histogram counts values by size.
        help: what it tells, in one sentence.
        labels: what it is told by; each takes a few values only, and none that a client makes up.
        dimensions: those of the labels that CloudWatch tells it by: each combination costs money
            there. The others stand beside it in the log.
        buckets: upper bounds of a histogram's.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    @property
    def unit(self) -> str:
        """``seconds``, ``bytes``, ``usd``, or "" for what is counted."""
        parts = self.name.removesuffix("_total").rsplit("_", 1)
        return parts[-1] if parts[-1] in ("seconds", "bytes", "usd") else ""

    def check(self, labels: Mapping[str, str]) -> None:
        """See that these are its labels.

        Raises:
            ValueError: one is missing or not known.
        """
        if labels.keys() != set(self.labels):
            raise ValueError(f"{self.name} has the labels {self.labels}, not {tuple(labels)}")


# A face takes a tenth of a second, a large clip minutes.
_SECONDS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
_BYTES: Final = tuple(float(2**power) for power in range(27, 34))

STARTS = Metric("anime_starts_total", Kind.COUNTER, "Starts of a process; on Lambda, cold starts.")
REQUESTS = Metric(
    "anime_requests_total",
    Kind.COUNTER,
    "Requests by route and HTTP status.",
    labels=("route", "status"),
    dimensions=("status",),
)
REQUEST_SECONDS = Metric(
    "anime_request_seconds",
    Kind.HISTOGRAM,
    "From a request's arrival to the end of its answer, waiting included.",
    labels=("route",),
    buckets=_SECONDS,
)
JOBS = Metric(
    "anime_jobs_total",
    Kind.COUNTER,
    "Jobs that ended: succeeded, cached, failed, given_up or cancelled; `problem` says why.",
    labels=("outcome", "problem", "style", "variant"),
    dimensions=("outcome", "variant"),
)
JOB_WAIT_SECONDS = Metric(
    "anime_job_wait_seconds",
    Kind.HISTOGRAM,
    "From a job's making to its first attempt.",
    buckets=_SECONDS,
)
DELIVERIES = Metric(
    "anime_deliveries_total",
    Kind.COUNTER,
    "Messages of a queue that were settled, or returned to it.",
    labels=("queue", "outcome"),
    dimensions=("queue", "outcome"),
)
QUEUE_DEPTH = Metric(
    "anime_queue_depth",
    Kind.GAUGE,
    "Messages in a queue, those in hand included.",
    labels=("queue",),
    dimensions=("queue",),
)
QUEUE_AGE_SECONDS = Metric(
    "anime_queue_age_seconds",
    Kind.GAUGE,
    "How long the oldest message of a queue has been there; 0: it is empty.",
    labels=("queue",),
    dimensions=("queue",),
)
CACHE_LOOKUPS = Metric(
    "anime_cache_lookups_total",
    Kind.COUNTER,
    "Photos looked for among the pictures painted before: hit or miss.",
    labels=("outcome",),
    dimensions=("outcome",),
)
PICTURE_SECONDS = Metric(
    "anime_picture_seconds",
    Kind.HISTOGRAM,
    "Painting a picture, all stages.",
    labels=("style", "variant"),
    dimensions=("style", "variant"),
    buckets=_SECONDS,
)
STAGE_SECONDS = Metric(
    "anime_stage_seconds",
    Kind.HISTOGRAM,
    "Each stage of painting a picture.",
    labels=("stage", "style", "variant"),
    dimensions=("stage",),
    buckets=_SECONDS,
)
PIXELS = Metric(
    "anime_pixels_total",
    Kind.COUNTER,
    "Pixels of the pictures that were painted, of all their frames.",
    labels=("style", "variant"),
)
FACES = Metric(
    "anime_faces_total",
    Kind.COUNTER,
    "Faces that were found: treated, or why not.",
    labels=("fate",),
    dimensions=("fate",),
)
PICTURE_MEMORY_BYTES = Metric(
    "anime_picture_memory_bytes",
    Kind.HISTOGRAM,
    "Most memory that the process had while a picture was painted.",
    labels=("style", "variant"),
    buckets=_BYTES,
)
COST_USD = Metric(
    "anime_cost_usd_total",
    Kind.COUNTER,
    "Estimated cost of painting: seconds x memory x ANIME_PRICE_PER_GB_SECOND.",
    labels=("style", "variant"),
    dimensions=("style", "variant"),
)
MODEL_INFO = Metric(
    "anime_model_info",
    Kind.GAUGE,
    "1 for each model that has painted, by the start of its SHA-256.",
    labels=("style", "model"),
    dimensions=("style",),
)
MEMORY_BYTES = Metric("anime_memory_bytes", Kind.GAUGE, "Resident memory of the process.")

METRICS: Final = (
    STARTS,
    REQUESTS,
    REQUEST_SECONDS,
    JOBS,
    JOB_WAIT_SECONDS,
    DELIVERIES,
    QUEUE_DEPTH,
    QUEUE_AGE_SECONDS,
    CACHE_LOOKUPS,
    PICTURE_SECONDS,
    STAGE_SECONDS,
    PIXELS,
    FACES,
    PICTURE_MEMORY_BYTES,
    COST_USD,
    MODEL_INFO,
    MEMORY_BYTES,
)
