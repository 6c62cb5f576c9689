"""What a caller may ask for, with its limits: one definition for HTTP, CLI and library."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class OutputFormat(StrEnum):
    """File formats that are written.

    ``auto`` is JPEG, or PNG where there is transparency; of an animated picture, the kind that it
    came in.
    """

    AUTO = "auto"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    AVIF = "avif"
    GIF = "gif"

    @property
    def media_type(self) -> str:
        """The ``Content-Type`` of such a file."""
        return f"image/{self.value}"

    @property
    def animates(self) -> bool:
        """Whether an animated picture stays one in such a file; else its first frame is left."""
        return self not in (OutputFormat.JPEG, OutputFormat.AVIF)


class FacesMode(StrEnum):
    """What happens to faces."""

    AUTO = "auto"
    ONLY = "only"
    OFF = "off"


StyleName = Annotated[str, Field(max_length=64, description="A style's id, or an alias of it.")]
Strength = Annotated[
    float, Field(ge=0, le=1, description="0 is the photo, 1 the style at full strength.")
]
KeepColors = Annotated[
    bool, Field(description="Keep the photo's colours; take lines and light from the style.")
]
Quality = Annotated[
    int, Field(ge=1, le=100, description="Of JPEG, WebP and AVIF; PNG and GIF have none.")
]
MaxSide = Annotated[
    int | None,
    Field(ge=16, le=32768, description="Shrink the photo first, so that no side has more pixels."),
]
FacesOption = Annotated[
    FacesMode,
    Field(
        description="auto: faces in the face style, the rest in the background style; "
        "only: nothing but faces is changed; off: the whole picture in one style."
    ),
]
FaceStyleName = Annotated[
    str | None,
    Field(max_length=64, description="Of faces; by default the one that suits the style."),
]
BackgroundStyleName = Annotated[
    str | None,
    Field(max_length=64, description="Of the rest; by default the style itself."),
]
MaxFaces = Annotated[
    int, Field(ge=0, le=1000, description="How many faces are treated, the largest first.")
]
Animate = Annotated[
    bool,
    Field(description="Paint every frame of a GIF, APNG or animated WebP; else only the first."),
]
Compare = Annotated[bool, Field(description="Put photo and result side by side.")]


class PaintOptions(BaseModel):
    """How a photo is painted.

    Raises:
        pydantic.ValidationError: a value outside its limits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    style: StyleName = "hayao"
    strength: Strength = 1.0
    keep_colors: KeepColors = False
    format: OutputFormat = OutputFormat.AUTO
    quality: Quality = 92
    max_side: MaxSide = None
    faces: FacesOption = FacesMode.AUTO
    face_style: FaceStyleName = None
    background_style: BackgroundStyleName = None
    max_faces: MaxFaces = 20
    animate: Animate = True


class TransformOptions(PaintOptions):
    """The options of one transformation.

    Raises:
        pydantic.ValidationError: a value outside its limits.
    """

    compare: Compare = False
