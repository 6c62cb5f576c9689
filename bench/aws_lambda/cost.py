"""What 1,000 photos cost, from measured seconds.

Prices are list prices of us-east-1 in US dollars, as known in 2025, without free tiers: check them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

PHOTOS: Final = 1000
GB_SECOND: Final = 0.0000166667
LAMBDA_CALL: Final = 0.20e-6
API_CALL: Final = 3.50e-6
QUEUE_CALL: Final = 0.40e-6
S3_WRITE: Final = 5e-6
S3_READ: Final = 0.40e-6
TABLE_WRITE: Final = 0.625e-6
TABLE_READ: Final = 0.125e-6
OUT_GB: Final = 0.09


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one photo: seconds of both functions' answers, their memory in GB, GB of the picture."""

    inference_seconds: float
    inference_gb: float
    web_seconds: float
    web_gb: float
    picture_gb: float


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the bill: units for one photo, and the price of one unit."""

    of: str
    how: str
    units: float
    price: float

    @property
    def dollars(self) -> float:
        """For 1,000 photos."""
        return PHOTOS * self.units * self.price


def of_one_call(m: Measured) -> list[Line]:
    """A photo by ``POST /api/v1/transform``, not seen before."""
    return [
        _painting(m),
        Line("Lambda, requests", "1 call", 1, LAMBDA_CALL),
        Line("API Gateway", "1 request", 1, API_CALL),
        Line("S3, writes", "cache: picture and its facts", 2, S3_WRITE),
        Line("S3, reads", "cache", 1, S3_READ),
        Line("data out", f"{m.picture_gb * 1e6:.0f} KB", m.picture_gb, OUT_GB),
    ]


def of_a_job(m: Measured) -> list[Line]:
    """A photo as upload and job, with one look that waits for the end, and one that fetches it."""
    waiting = 4 * m.web_seconds + m.inference_seconds
    how = f"(4 x {m.web_seconds:.3f} s + {m.inference_seconds:.3f} s) x {m.web_gb:.2f} GB"
    return [
        _painting(m),
        Line("Lambda, web", how, waiting * m.web_gb, GB_SECOND),
        Line("Lambda, requests", "4 of web, 1 of inference", 5, LAMBDA_CALL),
        Line("API Gateway", "upload, job, two looks", 4, API_CALL),
        Line("SQS", "send, receive, delete", 3, QUEUE_CALL),
        Line("DynamoDB, writes", "1 upload, 6 of the job at 2 KB", 13, TABLE_WRITE),
        Line("DynamoDB, reads", "1 upload, 10 of the job", 11, TABLE_READ),
        Line("S3, writes", "upload, result, cache", 4, S3_WRITE),
        Line("S3, reads", "2 checks, upload, cache, result", 5, S3_READ),
        Line("data out", f"{m.picture_gb * 1e6:.0f} KB", m.picture_gb, OUT_GB),
    ]


def _painting(m: Measured) -> Line:
    how = f"{m.inference_seconds:.3f} s x {m.inference_gb:.2f} GB"
    return Line("Lambda, inference", how, m.inference_seconds * m.inference_gb, GB_SECOND)
