"""The path of a photo: decode, stylise, encode."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from anime_inference.logic.decode import DecodeLimits, decode
from anime_inference.logic.encode import choose_format, encode
from anime_inference.logic.generator import Generators
from anime_inference.logic.geometry import beside, shrink
from anime_inference.logic.options import OutputFormat, TransformOptions
from anime_inference.logic.picture import Picture
from anime_inference.logic.styles import find_style
from anime_inference.logic.stylise import stylise


@dataclass(frozen=True, slots=True)
class PipelineLimits:
    """Budgets of one transformation: of the file, and ``memory_budget`` bytes for the model."""

    decode: DecodeLimits
    memory_budget: int


@dataclass(slots=True)
class Timings:
    """Seconds spent in each stage."""

    decode: float = 0.0
    detect: float = 0.0
    stylise: float = 0.0
    paste: float = 0.0
    encode: float = 0.0

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the time spent in the block to ``stage``."""
        start = time.perf_counter()
        yield
        setattr(self, stage, getattr(self, stage) + time.perf_counter() - start)

    def rounded(self) -> dict[str, float]:
        """Stage to seconds, to the tenth of a millisecond."""
        return {stage: round(seconds, 4) for stage, seconds in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Result:
    """An encoded anime picture and where it came from.

    Attributes:
        data: the file.
        format: its format, never ``auto``.
        style: id of the style, aliases resolved.
        model: SHA-256 of the model file.
        width: pixels of the result.
        height: pixels of the result.
        timings: seconds of each stage.
    """

    data: bytes
    format: OutputFormat
    style: str
    model: str
    width: int
    height: int
    timings: Timings


def transform(
    data: bytes, options: TransformOptions, limits: PipelineLimits, generators: Generators
) -> Result:
    """Turn a photo's file into an anime picture's file.

    Raises:
        InputError: the photo or an option is at fault.
        ModelError: the style's model is missing or damaged.
    """
    style = find_style(options.style)
    timings = Timings()
    with timings.measure("decode"):
        photo = shrink(decode(data, limits.decode), options.max_side)
    generator = generators.get(style)
    with timings.measure("stylise"):
        rgb = stylise(
            photo.rgb,
            generator,
            strength=options.strength,
            keep_colors=options.keep_colors,
            memory_budget=limits.memory_budget,
        )
    painted = Picture(rgb, photo.alpha)
    if options.compare:
        painted = beside(photo, painted)
    fmt = choose_format(options.format, painted)
    with timings.measure("encode"):
        encoded = encode(painted, fmt, options.quality)
    return Result(
        data=encoded,
        format=fmt,
        style=style.id,
        model=generator.checksum,
        width=painted.width,
        height=painted.height,
        timings=timings,
    )
