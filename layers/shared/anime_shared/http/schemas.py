"""What both functions answer, beside their own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Header
from pydantic import BaseModel, Field

from anime_shared.errors import AnimeError
from anime_shared.http.access import CLIENT_HEADER
from anime_shared.http.problems import MEDIA_TYPE
from anime_shared.style import Style, Subject

ClientName = Annotated[
    str | None,
    Header(
        alias=CLIENT_HEADER,
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9_.-]+$",
        description="Any name that a client keeps: it gets the same variant of a style each time.",
    ),
]


class StyleAnswer(BaseModel):
    """One style."""

    id: str
    title: str
    good_for: Subject
    paints_pictures: bool = Field(description="Whether it can be the style of a whole picture.")
    paints_faces: bool = Field(description="Whether it can be the style of faces.")
    author: str
    licence: str
    source: str
    aliases: tuple[str, ...]
    installed: bool = Field(description="Whether it can be used here and now.")

    @classmethod
    def of(cls, style: Style, *, installed: bool) -> StyleAnswer:
        """What a client may know of a style."""
        return cls(
            id=style.id,
            title=style.title,
            good_for=style.good_for,
            paints_pictures=style.background_style is None,
            paints_faces=style.face_side is not None,
            author=style.author,
            licence=style.licence,
            source=style.source,
            aliases=style.aliases,
            installed=installed,
        )


class Health(BaseModel):
    """An answer to a probe."""

    status: Literal["ok", "ready"]


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=["urn:anime:problem:unknown-style"])
    title: str = Field(description="The same for each occurrence.")
    status: int
    detail: str = Field(description="What went wrong this time.")
    retryable: bool = Field(description="The same request may succeed later.")
    field: str | None = Field(None, description="The input that is to blame.")
    limit: float | str | None = Field(None, description="The limit that was passed.")
    correlation_id: str | None = Field(
        None, description="In the operator's log, the lines that tell of it have it, too."
    )


def answers_to(*errors: type[AnimeError]) -> dict[int | str, dict[str, Any]]:
    """The documentation of what a route answers when one of the errors happens."""
    titles: dict[int | str, list[str]] = {}
    for error in errors:
        titles.setdefault(error.status, []).append(f"`{error.code}`: {error.title}.")
    return {
        status: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": " ".join(texts)}
        for status, texts in sorted(titles.items(), key=lambda pair: int(pair[0]))
    }
