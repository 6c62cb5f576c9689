"""What painting a picture took: told with every result."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Receipt(BaseModel):
    """By what a picture was painted, and what that took, when it was painted."""

    model_config = ConfigDict(frozen=True)

    style: str | None = Field(description="Id of the style whose model painted the picture.")
    model: str | None = Field(description="SHA-256 of its model file.")
    face_style: str | None = Field(description="Id of the style of the faces, if any was treated.")
    face_model: str | None = Field(description="SHA-256 of its model file.")
    faces_found: int = Field(description="How many were found.")
    faces_treated: int = Field(description="How many of them the face style painted.")
    faces_left: dict[str, int] = Field(description="How many were left to the style, by reason.")
    stages: dict[str, float] = Field(description="Seconds spent in each stage.")
    seconds: float = Field(description="Of all stages and what lies between them.")
    memory_bytes: int = Field(
        description="Most memory that the process had meanwhile, itself and what it painted at "
        "the same time included; where the system can't tell, since its start."
    )
    cost_usd: float = Field(
        description="Estimated: seconds x memory x the operator's price; nothing but painting."
    )
