"""What the HTTP interface answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from anime_inference.logic.options import OutputFormat
from anime_inference.logic.styles import Style, Subject


class TransformAnswer(BaseModel):
    """A finished picture, as JSON."""

    status: Literal["success"] = "success"
    style: str = Field(description="The style's id, aliases resolved.")
    model: str = Field(description="SHA-256 of the model file.")
    format: OutputFormat
    width: int = Field(description="Pixels.")
    height: int = Field(description="Pixels.")
    elapsed_time: float = Field(description="Seconds from the request's arrival to this answer.")
    timings: dict[str, float] = Field(description="Seconds spent in each stage.")
    result_base64: str = Field(description="The picture as a data URL.")


class StyleAnswer(BaseModel):
    """One style."""

    id: str
    title: str
    good_for: Subject
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

    type: str
    title: str
    status: int
    detail: str
    retryable: bool
    field: str | None = None
    limit: float | str | None = None


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}, "description": text}
    for status, text in {
        409: "The style is not installed here",
        413: "Too many bytes or pixels",
        415: "Not a picture of a known format",
        422: "An option or the picture is not valid",
        503: "Busy or not ready; try again",
    }.items()
}
