"""insightface's detection, on the model pack of this machine; nothing is ever downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from anime_inference.adapters.engine import EngineOptions, session_options
from anime_inference.adapters.faces.pack import MEND_COMMAND, verify_face_pack
from anime_inference.logic.faces.face import Face
from anime_inference.logic.picture import Pixels
from anime_shared.errors import FaceModelMissing, ModelCorrupt

_MULTIPLE: Final = 32
# Blurred backgrounds and painted landscapes score up to 0.76; faces of 20 pixels 0.83 and more.
_MIN_SCORE: Final = 0.78
# Of the shorter side, in pixels of the pass: insightface fails on a sliver that shrinks to none.
_SLIVER: Final = 4


class InsightFaceDetector:
    """``insightface.app.FaceAnalysis``, detection only; safe to call from many threads.

    Args:
        store_folder: the model folder; the pack lies in it.
        options: how ONNX Runtime runs.
        max_side: a longer side is shrunk to this many pixels before the network sees it.

    Raises:
        FaceModelMissing: the pack or the package ``insightface`` is not installed.
        ModelCorrupt: a file of the pack is damaged, or insightface can't load it.
    """

    name = "insightface"
    sure_score = 0.9

    def __init__(self, store_folder: Path, options: EngineOptions, *, max_side: int = 640) -> None:
        # insightface downloads a pack of its own where it finds none: it is asked only for one
        # that is known to be there.
        folder = verify_face_pack(store_folder)
        self._max_side = max_side
        self._model = _load(folder, options)

    def detect(self, rgb: Pixels) -> list[Face]:
        """See :class:`anime_inference.logic.faces.face.Detector`."""
        height, width = rgb.shape[:2]
        scale = min(1.0, self._max_side / max(height, width))
        if min(height, width) * scale < _SLIVER:
            return []
        size = tuple(_round_up(side * scale) for side in (width, height))
        bgr = np.ascontiguousarray(rgb[..., ::-1])
        found, landmarks = self._model.detect(bgr, input_size=size)
        return [
            Face(
                (float(row[0]), float(row[1]), float(row[2]), float(row[3])),
                np.asarray(points, np.float32),
                float(row[4]),
            )
            for row, points in zip(found, landmarks, strict=True)
        ]


def _load(folder: Path, options: EngineOptions) -> Any:
    """The reader of the pack's network."""
    try:
        # It costs a second to import: a process that treats no faces never pays it.
        from insightface.app import FaceAnalysis  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise FaceModelMissing(
            f"faces: the package {error.name} is missing, which the face model pack needs; "
            "`pip install 'animegan-serverless[insightface]'` brings it"
        ) from None
    try:
        analysis = FaceAnalysis(
            name=str(folder),
            allowed_modules=["detection"],
            providers=["CPUExecutionProvider"],
            sess_options=session_options(options),
            # One session for pictures of all sizes, rather than one more for each new size.
            static_shape_sessions=False,
        )
    except Exception as error:  # ONNX Runtime's own exceptions have no common base
        raise ModelCorrupt(
            f"faces: insightface can't load the face model pack; `{MEND_COMMAND}` brings it back"
        ) from error
    analysis.prepare(ctx_id=-1, det_thresh=_MIN_SCORE, det_size=(640, 640))
    return analysis.det_model


def _round_up(side: float) -> int:
    return max(1, -(-round(side) // _MULTIPLE)) * _MULTIPLE
