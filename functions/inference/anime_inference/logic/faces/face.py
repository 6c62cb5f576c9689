"""A face as the pipeline knows it, and what it asks of a detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from anime_inference.logic.picture import Pixels

Landmarks: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One detected face, in pixels of the picture that was searched.

    Attributes:
        box: left, top, right, bottom; may reach over the picture's border.
        landmarks: ``float32[5, 2]``, x then y: the person's right eye, left eye, nose tip, right
            and left corner of the mouth. On an upright frontal face the first is on the left.
        score: 0 to 1, how sure the detector is.
    """

    box: Box
    landmarks: Landmarks
    score: float

    @property
    def side(self) -> float:
        """The longer side of the box, in pixels."""
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)


class Detectors(Protocol):
    """The loaded detector of this process."""

    def get(self) -> Detector:
        """The detector, loaded at the first call.

        Raises:
            FaceModelMissing: it, or a file of it, is not on this machine.
            ModelCorrupt: a file of it is damaged.
        """

    @property
    def name(self) -> str:
        """That of the detector that :meth:`get` gives; loads nothing."""


class Detector(Protocol):
    """Finds upright faces in one pass over a picture; called from any thread."""

    @property
    def name(self) -> str:
        """What it is called in results and logs."""

    @property
    def sure_score(self) -> float:
        """From here on a face needs no second look; lower ones may be a turned face misread."""

    def detect(self, rgb: Pixels) -> list[Face]:
        """The faces of ``uint8[H, W, 3]`` RGB, in any order."""
