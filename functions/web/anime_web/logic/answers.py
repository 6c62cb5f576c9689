"""What answers of all kinds say alike: shares, revisions, times, links."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

Percent = Annotated[int, Field(ge=0, le=100, description="How much of the work is done.")]

Revision = Annotated[
    str, Field(description="Another one each time that there is news; for `known`.")
]


def moment(seconds: float) -> datetime:
    """A time in seconds since 1970 as a date."""
    return datetime.fromtimestamp(seconds, UTC)


def absolute(base_url: str, url: str) -> str:
    """A link as a client can use it: one that begins with ``/`` is of this web function."""
    return base_url.rstrip("/") + url if url.startswith("/") else url
