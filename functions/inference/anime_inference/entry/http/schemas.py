"""What the HTTP interface takes and answers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import File, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from anime_inference.entry.http.accept import wanted_image_format
from anime_inference.logic.faces.select import Reason
from anime_shared.errors import (
    BrokenPicture,
    Busy,
    ClipTooLong,
    ClipTooSlow,
    EmptyPicture,
    FaceModelMissing,
    InvalidField,
    MalformedBody,
    ModelCorrupt,
    NotAPicture,
    NotReady,
    PictureTooComplex,
    PictureTooLarge,
    StorageUnavailable,
    StyleNotInstalled,
    UnknownStyle,
    UploadTooLarge,
)
from anime_shared.http.schemas import answers_to
from anime_shared.options import OutputFormat, PaintOptions, TransformOptions
from anime_shared.receipt import Receipt


class _Photo(BaseModel):
    image: Annotated[
        UploadFile, File(description="JPEG, PNG, WebP, AVIF, HEIC or GIF; animated, too.")
    ]


# Its fields are those of the last base first.
class TransformForm(PaintOptions, _Photo):
    """A photo, and how it is painted."""

    # Clients may send fields of their own.
    model_config = ConfigDict(extra="ignore")

    def options(self, accept: str) -> TransformOptions:
        """How the photo is painted; where the form leaves the format open, ``Accept`` may say."""
        options = TransformOptions.model_validate(self.model_dump(exclude={"image"}))
        if options.format is not OutputFormat.AUTO:
            return options
        return options.model_copy(update={"format": wanted_image_format(accept)})


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

    # A job that went well is `succeeded`. Clients older than jobs look for this word.
    status: Literal["success"] = "success"
    style: str | None = Field(
        description="Id of the style that painted the picture, or the faces if nothing else was."
    )
    model: str | None = Field(description="SHA-256 of its model file.")
    variant: str | None = Field(description="The style's variant that this client has got.")
    face_style: str | None = Field(description="Id of the style of the faces, if any was treated.")
    face_model: str | None = Field(description="SHA-256 of its model file.")
    faces: list[FaceAnswer] = Field(description="Every face that was found, the largest first.")
    format: OutputFormat
    width: int = Field(description="Pixels.")
    height: int = Field(description="Pixels.")
    frames: int = Field(description="How many it has; 1 is a still.")
    painted_share: float = Field(
        description="Of the pixels of all frames; the rest was copied from the frame before."
    )
    elapsed_time: float = Field(description="Seconds from the request's arrival to this answer.")
    timings: dict[str, float] = Field(description="Seconds spent in each stage, when painted.")
    cached: bool = Field(description="Whether this photo was painted in this way before.")
    receipt: Receipt
    result_base64: str = Field(description="The picture as a data URL.")


PROBLEMS = answers_to(
    MalformedBody,
    StyleNotInstalled,
    UploadTooLarge,
    PictureTooLarge,
    PictureTooComplex,
    ClipTooLong,
    ClipTooSlow,
    NotAPicture,
    InvalidField,
    UnknownStyle,
    EmptyPicture,
    BrokenPicture,
    ModelCorrupt,
    FaceModelMissing,
    Busy,
    NotReady,
    StorageUnavailable,
)
