"""What the HTTP interface answers."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from anime_inference.logic.faces.select import Reason
from anime_shared.options import OutputFormat
from anime_shared.styles import Style, Subject


class FaceAnswer(BaseModel):
    """One face."""

    box: tuple[float, float, float, float] = Field(
        description="Left, top, right, bottom in pixels of the result."
    )
    score: float = Field(description="0 to 1, how sure the detector was.")
    treated: bool = Field(description="Whether the face style painted it.")
    reason: Reason | None = Field(description="Why it was left to the background.")


class TransformAnswer(BaseModel):
    """A finished picture, as JSON."""

    status: Literal["success"] = "success"
    style: str | None = Field(
        description="Id of the style that painted the picture, or the faces if nothing else was."
    )
    model: str | None = Field(description="SHA-256 of its model file.")
    face_style: str | None = Field(description="Id of the style of the faces, if any was treated.")
    face_model: str | None = Field(description="SHA-256 of its model file.")
    faces: list[FaceAnswer] = Field(description="Every face that was found, the largest first.")
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
