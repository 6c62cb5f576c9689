"""The faces of a clip: they are looked for in every frame, and those that stand still are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from anime_inference.logic.clip.changes import Mask, window_of
from anime_inference.logic.faces.align import PixelBox, portrait_transform, seen_box
from anime_inference.logic.faces.boxes import overlap
from anime_inference.logic.faces.face import Detector, Face
from anime_inference.logic.faces.find import find_faces
from anime_inference.logic.faces.paste import blend_face, match_face
from anime_inference.logic.faces.portraits import paint_face
from anime_inference.logic.faces.select import FaceReport, judge
from anime_inference.logic.generator import Generator
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels

# Intersection over union from which on two boxes are of one face.
_SAME: Final = 0.4
# Changes narrower than the smallest face that is looked for, in pixels, can't be a new one.
_SMALLEST: Final = 18
# So many pixels around a change are searched with it.
_LEAST_AROUND: Final = 64
# Of the frame's pixels: what is searched is then searched as a photo.
_LARGE_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class FacePainting:
    """How the faces of a clip are painted.

    Attributes:
        generator: of the face style.
        side: of the crops that it was trained on, in pixels.
        memory: bounds what it may need.
        max_faces: how many are treated in a frame, the largest first.
    """

    generator: Generator
    side: int
    memory: Memory
    max_faces: int


class ClipFaces:
    """Finds, paints and pastes the faces of frame after frame.

    A face in whose crop no pixel has changed is the same face, whatever the detector makes of the
    rest of the frame; it is neither painted nor matched to its surroundings again.
    """

    def __init__(self, detector: Detector, painting: FacePainting) -> None:
        self.most: tuple[FaceReport, ...] = ()
        self._detector = detector
        self._painting = painting
        self._faces: list[Face] = []
        self._reports: list[FaceReport] = []
        self._painted: dict[Face, Pixels] = {}
        self._matched: dict[Face, Pixels] = {}

    def find(self, photo: Pixels, changed: Mask | None) -> None:
        """Look at the next frame.

        ``most`` are then the faces of that frame so far in which the most were treated.

        Args:
            photo: RGB ``uint8[H, W, 3]``.
            changed: since the frame before; ``None`` if there is none.
        """
        if changed is not None and not self._matters(changed):
            return
        still = [
            face for face in self._faces if changed is not None and not self._in(changed, face)
        ]
        moved = [face for face in self._faces if face not in still]
        found = [
            _as_sure(face, moved)
            for face in self._search(photo, changed, moved)
            if all(overlap(face.box, other.box) < _SAME for other in still)
        ]
        self._faces = sorted([*still, *found], key=lambda face: -face.side)
        self._reports = judge(photo, self._faces, self._painting.max_faces)
        self._matched = {face: self._matched[face] for face in still if face in self._matched}
        if not self.most or _count(self._reports) > _count(self.most):
            self.most = tuple(self._reports)

    def paint(self, photo: Pixels) -> None:
        """Paint those faces of the frame that aren't known from the one before."""
        painting = self._painting
        for face in self._treated():
            if face not in self._matched:
                self._painted[face] = paint_face(
                    photo, face, painting.generator, painting.side, painting.memory
                )

    def paste(self, picture: Pixels, skin: Pixels) -> Pixels:
        """The picture of this frame with its faces in it; see `paste_faces`."""
        treated = self._treated()
        if not treated:
            return picture
        result = picture.copy()
        for face in treated:
            transform = portrait_transform(face.landmarks, self._painting.side)
            if face not in self._matched:
                self._matched[face] = match_face(result, self._painted.pop(face), transform, skin)
            blend_face(result, self._matched[face], transform)
        return result

    def _treated(self) -> list[Face]:
        """By descending size: the smallest come last, as they are mostly in front."""
        reports = zip(self._faces, self._reports, strict=True)
        return [face for face, report in reports if report.treated]

    def _search(self, photo: Pixels, changed: Mask | None, moved: Sequence[Face]) -> list[Face]:
        """The faces where something has changed: elsewhere there is none that wasn't before."""
        window = None if changed is None else window_of(changed)
        if window is None:
            return list(find_faces(photo, self._detector))
        boxes = [self._box(face) for face in moved]
        rows = _widened(window[0], [(top, bottom) for _, top, _, bottom in boxes], photo.shape[0])
        columns = _widened(
            window[1], [(left, right) for left, _, right, _ in boxes], photo.shape[1]
        )
        part = photo[rows, columns]
        # Nobody's close-up comes from a small change.
        thorough = bool(moved) or part.size >= _LARGE_SHARE * photo.size
        found = find_faces(part, self._detector, thorough=thorough)
        return [_shifted(face, columns.start, rows.start) for face in found]

    def _matters(self, changed: Mask) -> bool:
        rows, columns = (int(changed.any(axis=axis).sum()) for axis in (1, 0))
        return max(rows, columns) >= _SMALLEST or any(
            self._in(changed, face) for face in self._faces
        )

    def _in(self, changed: Mask, face: Face) -> bool:
        """Whether anything has changed in what its crop shows."""
        left, top, right, bottom = self._box(face)
        return bool(changed[top:bottom, left:right].any())

    def _box(self, face: Face) -> PixelBox:
        """What the crop of a face is cut from; no side of it is negative."""
        side = self._painting.side
        left, top, right, bottom = seen_box(portrait_transform(face.landmarks, side), side)
        return max(0, left), max(0, top), max(0, right), max(0, bottom)


def _widened(changed: slice, seen: Sequence[tuple[int, int]], length: int) -> slice:
    """Along one axis: what changed, what the crops there show, and as much again around it."""
    start = min([changed.start, *(start for start, _ in seen)])
    stop = max([changed.stop, *(stop for _, stop in seen)])
    around = max(_LEAST_AROUND, (stop - start) // 2)
    return slice(max(0, start - around), min(length, stop + around))


def _shifted(face: Face, right: int, down: int) -> Face:
    box = face.box
    return Face(
        (box[0] + right, box[1] + down, box[2] + right, box[3] + down),
        face.landmarks + np.array([right, down], np.float32),
        face.score,
    )


def _as_sure(face: Face, before: Sequence[Face]) -> Face:
    """The face, as sure as it was in the frame before: a score that wavers must not show."""
    same = [other.score for other in before if overlap(face.box, other.box) >= _SAME]
    return replace(face, score=max(face.score, *same)) if same else face


def _count(reports: Sequence[FaceReport]) -> int:
    return sum(report.treated for report in reports)
