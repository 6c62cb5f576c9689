"""What the client raises: the server's own errors again, and a few of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from anime_shared.errors import AnimeError, ServiceError

_TYPE_PREFIX: Final = "urn:anime:problem:"


class ServerUnreachable(ServiceError):
    """Nobody answers at this address, or not in time."""

    code = "server-unreachable"
    status = 503
    title = "The server can not be reached"
    retryable = True


class UnexpectedAnswer(ServiceError):
    """The answer is not one of this interface: another program, or a proxy."""

    code = "unexpected-answer"
    status = 502
    title = "The answer can not be understood"


class UnknownProblem(ServiceError):
    """A problem that this version of the client has no class for."""

    code = "unknown-problem"
    status = 500
    title = "The server refused"


class _Problem(BaseModel):
    type: str
    title: str = ""
    detail: str = ""
    field: str | None = None
    limit: float | str | None = None


def _concrete(base: type[AnimeError]) -> Iterator[type[AnimeError]]:
    for kind in base.__subclasses__():
        yield from _concrete(kind)
        if hasattr(kind, "code"):
            yield kind


_BY_CODE: Final = {kind.code: kind for kind in _concrete(AnimeError)}


def error_of(problem: Any) -> AnimeError:
    """The error that a problem object (RFC 9457) tells of, of the class that the server raised."""
    try:
        told = _Problem.model_validate(problem)
    except ValidationError:
        return UnexpectedAnswer("the server answered with an error that isn't a problem object")
    kind = _BY_CODE.get(told.type.removeprefix(_TYPE_PREFIX))
    if kind is None:
        return UnknownProblem(": ".join(filter(None, (told.title, told.detail))))
    return kind(told.detail, field=told.field, limit=told.limit)
