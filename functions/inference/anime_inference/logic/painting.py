"""What painting a photo gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from anime_inference.logic.faces.select import FaceReport
from anime_inference.logic.timings import Timings
from anime_shared.jobs import Stage
from anime_shared.options import OutputFormat
from anime_shared.receipt import Receipt

# Told which stage a photo is in, and what share of it is done: 0 as it begins, and where tiles are
# painted, more after each of them.
OnProgress: TypeAlias = Callable[[Stage, float], None]


def unwatched(_: Stage, __: float) -> None:
    """Told by nobody how far a photo is."""


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
class Painting:
    """A picture as it has just been painted, and where it came from.

    Attributes:
        data: the file.
        format: its format, never ``auto``.
        background: the model that painted the picture; ``None`` if nothing but faces was to be
            painted.
        face: the model that painted the faces; ``None`` if no face was treated.
        faces: every face that was found, by descending size; of an animated picture, those of the
            frame that has the most to treat.
        width: pixels of the picture.
        height: likewise.
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


@dataclass(frozen=True, slots=True)
class PaintedPicture:
    """A picture to answer with, painted just now or found in the cache.

    Attributes:
        data: the file.
        format: its format, never ``auto``.
        facts: of it, as JSON holds them (see :meth:`Painting.facts`).
        cached: whether it was painted earlier.
        cache_key: by which it is kept; ``None`` if it isn't.
    """

    data: bytes
    format: OutputFormat
    facts: dict[str, Any]
    cached: bool
    cache_key: str | None
