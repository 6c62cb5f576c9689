"""What a transformation gives back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from typing import Any, Final, TypeAlias

from anime_inference.logic.faces.select import FaceReport
from anime_shared.jobs import Stage
from anime_shared.options import OutputFormat
from anime_shared.receipt import Receipt

# Told which stage a photo is in, and what share of it is done: 0 as it begins, and where tiles are
# painted, more after each of them.
OnProgress: TypeAlias = Callable[[Stage, float], None]
# Makes, by a stage's name, what is around each piece of work on it.
OnStage: TypeAlias = Callable[[str], AbstractContextManager[object]]
_STAGES: Final = ("decode", "detect", "stylise", "paste", "encode")


@dataclass(slots=True)
class Timings:
    """Seconds spent in each stage; ``stylise`` is of background and faces together.

    ``on_stage`` is around each piece of it.
    """

    decode: float = 0.0
    detect: float = 0.0
    stylise: float = 0.0
    paste: float = 0.0
    encode: float = 0.0
    on_stage: OnStage = field(default=nullcontext, repr=False)

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the time spent in the block to ``stage``."""
        start = time.perf_counter()
        with self.on_stage(stage):
            yield
        setattr(self, stage, getattr(self, stage) + time.perf_counter() - start)

    def total(self) -> float:
        """Seconds of all stages."""
        return sum(self._seconds().values())

    def rounded(self) -> dict[str, float]:
        """Stage to seconds, to the tenth of a millisecond."""
        return {stage: round(seconds, 4) for stage, seconds in self._seconds().items()}

    def _seconds(self) -> dict[str, float]:
        return {stage: getattr(self, stage) for stage in _STAGES}


@dataclass(frozen=True, slots=True)
class UsedModel:
    """A model that took part.

    Attributes:
        style: id of its style.
        model: SHA-256 of its file, in hexadecimal.
    """

    style: str
    model: str


@dataclass(frozen=True, slots=True)
class Result:
    """An encoded anime picture and where it came from.

    Attributes:
        data: the file.
        format: its format, never ``auto``.
        background: the model that painted the picture; ``None`` if nothing but faces was to be
            painted.
        face: the model that painted the faces; ``None`` if no face was treated.
        faces: every face that was found, by descending size; of an animated picture, those of the
            frame that has the most to treat.
        width: pixels of the result.
        height: pixels of the result.
        timings: seconds of each stage.
        frames: how many were written; those that repeat the one before are not written again.
        painted_share: of the pixels of all frames of the photo's file; the rest was copied from
            the frame before.
        receipt: what painting it took; ``None`` where nobody measured.
    """

    data: bytes
    format: OutputFormat
    background: UsedModel | None
    face: UsedModel | None
    faces: tuple[FaceReport, ...]
    width: int
    height: int
    timings: Timings
    frames: int = 1
    painted_share: float = 1.0
    receipt: Receipt | None = None

    @property
    def main(self) -> UsedModel | None:
        """The background's model, or that of the faces if there is no other."""
        return self.background or self.face

    def facts(self) -> dict[str, Any]:
        """All but the file, as JSON holds it; ``style`` and ``model`` are those of ``main``."""
        return {
            "style": self.main and self.main.style,
            "model": self.main and self.main.model,
            "face_style": self.face and self.face.style,
            "face_model": self.face and self.face.model,
            "width": self.width,
            "height": self.height,
            "frames": self.frames,
            "painted_share": round(self.painted_share, 4),
            "timings": self.timings.rounded(),
            "faces": [asdict(face) for face in self.faces],
            "receipt": self.receipt and self.receipt.model_dump(),
        }
