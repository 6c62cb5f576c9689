"""Budgets of one transformation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """Budgets of a file.

    Attributes:
        max_bytes: of the file.
        max_pixels: of its canvas.
    """

    max_bytes: int
    max_pixels: int


@dataclass(frozen=True, slots=True)
class ClipLimits:
    """Budgets of an animated picture, beside those of any picture.

    Attributes:
        max_frames: in its file.
        max_pixels: of all frames of its file together.
        max_seconds: that it may take to decode, paint and encode it; looked at between frames.
    """

    max_frames: int
    max_pixels: int
    max_seconds: float


@dataclass(frozen=True, slots=True)
class PipelineLimits:
    """Budgets of one transformation.

    Attributes:
        decode: of the file.
        memory_budget: bytes for all it takes.
        clip: of an animated picture.
    """

    decode: DecodeLimits
    memory_budget: int
    clip: ClipLimits
