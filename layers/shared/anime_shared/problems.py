"""The one place where an error is put in words: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anime_shared.errors import AnimeError, InvalidField, MalformedBody

_LIMITS = ("le", "ge", "lt", "gt", "max_length", "min_length", "expected")
# A field's name can be the client's own invention.
_LONGEST_NAME = 64


def problem_of(error: AnimeError) -> dict[str, Any]:
    """The problem object of an error: what a client is told of it, without what isn't known."""
    problem = {
        "type": f"urn:anime:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "retryable": error.retryable,
    }
    if error.field is not None:
        problem["field"] = error.field
    if error.limit is not None:
        problem["limit"] = error.limit
    if error.correlation_id is not None:
        problem["correlation_id"] = error.correlation_id
    return problem


def invalid_field(details: Sequence[Mapping[str, Any]]) -> InvalidField | MalformedBody:
    """The typed error for what pydantic or FastAPI found, by the first thing they found."""
    first = details[0]
    reason = str(first["msg"]).removeprefix("Value error, ")
    reason = f"{reason[:1].lower()}{reason[1:]}"
    if first["type"] == "json_invalid":
        return MalformedBody(f"body: {reason}", field="body")
    field = next((str(part) for part in reversed(first["loc"]) if part != "body"), "body")
    field = field[:_LONGEST_NAME]
    bounds = first.get("ctx", {})
    limit = next((bounds[key] for key in _LIMITS if key in bounds), None)
    return InvalidField(f"{field}: {reason}", field=field, limit=limit)
