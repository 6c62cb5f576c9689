"""Which face detector this process uses; loaded once, at its first use."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from anime_inference.adapters.engine import EngineOptions
from anime_inference.adapters.faces.centerface import CenterFaceDetector
from anime_inference.adapters.faces.insightface import InsightFaceDetector
from anime_inference.adapters.faces.pack import pack_folder
from anime_inference.logic.faces.face import Detector

DetectorChoice: TypeAlias = Literal["auto", "insightface", "centerface"]


def choose_detector(choice: DetectorChoice, store_folder: Path, options: EngineOptions) -> Detector:
    """Load the detector that the setting asks for.

    ``auto`` is insightface where the model folder has a ``faces`` folder, whatever is in it, and
    CenterFace elsewhere: a pack that was installed and is now damaged must not go unnoticed.

    Raises:
        FaceModelMissing: the detector, or a file of it, is not on this machine.
        ModelCorrupt: a file of it is damaged.
    """
    if _settled(choice, store_folder) == "insightface":
        return InsightFaceDetector(store_folder, options)
    return CenterFaceDetector(options)


def _settled(choice: DetectorChoice, store_folder: Path) -> DetectorChoice:
    if choice != "auto":
        return choice
    return "insightface" if pack_folder(store_folder).exists() else "centerface"


@dataclass(slots=True)
class LoadedDetector:
    """The one detector of a process: loaded at its first use, by one thread only."""

    choice: DetectorChoice
    store_folder: Path
    options: EngineOptions
    _detector: Detector | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def get(self) -> Detector:
        """The detector.

        Raises:
            FaceModelMissing: it, or a file of it, is not on this machine.
            ModelCorrupt: a file of it is damaged.
        """
        with self._lock:
            if self._detector is None:
                self._detector = choose_detector(self.choice, self.store_folder, self.options)
            return self._detector

    @property
    def name(self) -> str:
        """That of the detector that :meth:`get` gives; loads nothing."""
        detector = self._detector
        return detector.name if detector else _settled(self.choice, self.store_folder)
