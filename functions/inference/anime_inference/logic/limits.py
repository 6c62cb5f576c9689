"""Budgets of one transformation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from anime_inference.logic.decode import DecodeLimits

MAX_FRAMES: Final = 600
MAX_CLIP_PIXELS: Final = 150_000_000
MAX_CLIP_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class ClipLimits:
    """Budgets of an animated picture, beside those of any picture.

    Attributes:
        max_frames: in its file.
        max_pixels: of all frames of its file together.
        max_seconds: that it may take to decode, paint and encode it; looked at between frames.
    """

    max_frames: int = MAX_FRAMES
    max_pixels: int = MAX_CLIP_PIXELS
    max_seconds: float = MAX_CLIP_SECONDS


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
    clip: ClipLimits = ClipLimits()
