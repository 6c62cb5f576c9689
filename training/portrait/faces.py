"""The faces of a folder of photos, found once and kept as a list."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from anime_inference.adapters.engine import EngineOptions
from anime_inference.adapters.faces.centerface import CenterFaceDetector
from anime_inference.logic.faces.align import (
    apply_transform,
    crop_face,
    invert,
    portrait_transform,
)
from anime_inference.logic.faces.face import Face, Landmarks
from anime_inference.logic.faces.find import find_faces
from training.samples import Picture, Split, find_photos, split_of

Finder = Callable[[Picture], Sequence[Face]]

# Pixels between the eyes below which even the teacher paints mush.
MIN_EYE_DISTANCE = 14
# Correlation of two small aligned faces from which on they may be the same photo.
_ALIKE = 0.8
_SMALL = 24


@dataclass(frozen=True, slots=True)
class PhotoFace:
    """One face: the photo, its number in it, and five landmarks in the photo's pixels."""

    photo: Path
    number: int
    points: tuple[tuple[float, float], ...]

    @property
    def name(self) -> str:
        """Unique in the folder; also the stem of the files that are made of it."""
        return f"{self.photo.stem}-{self.number}"

    @property
    def split(self) -> Split:
        """Of its photo."""
        return split_of(self.photo)

    @property
    def landmarks(self) -> Landmarks:
        """``float32[5, 2]``, as in ``anime_inference.logic.faces.face.Face``."""
        return np.array(self.points, np.float32)

    @property
    def eye_distance(self) -> float:
        """Pixels of the photo."""
        return float(np.linalg.norm(self.landmarks[1] - self.landmarks[0]))

    def is_whole_in(self, photo: Picture) -> bool:
        """Whether brow to chin and cheek to cheek lie within the photo, ``uint8[H, W, 3]``."""
        corners = np.array([[0.25, 0.35], [0.75, 0.35], [0.25, 0.8], [0.75, 0.8]])
        places = apply_transform(invert(portrait_transform(self.landmarks, 1)), corners)
        height, width = photo.shape[:2]
        return bool((places >= 0).all() and (places <= (width, height)).all())


@lru_cache(maxsize=32)
def load_photo(photo: Path) -> Picture:
    """RGB ``uint8[H, W, 3]``, turned upright."""
    with Image.open(photo) as opened:
        return np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))


def product_finder() -> Finder:
    """The search that the product does, with the detector that it comes with."""
    detector = CenterFaceDetector(EngineOptions())
    return lambda rgb: find_faces(rgb, detector)


def find_all(photos: Path, listing: Path, finder: Finder) -> Iterator[str]:
    """Detect the faces of every photo and write them to ``listing``; yields photo names.

    Args:
        photos: the folder.
        listing: the JSON file to write.
        finder: called with RGB ``uint8[H, W, 3]``.
    """
    found = []
    for photo in find_photos(photos, "holdout") + find_photos(photos, "train"):
        faces = [
            PhotoFace(photo, number, tuple((float(x), float(y)) for x, y in face.landmarks))
            for number, face in enumerate(finder(load_photo(photo)))
        ]
        found += [
            {"photo": face.photo.name, "number": face.number, "points": face.points}
            for face in faces
            if face.eye_distance >= MIN_EYE_DISTANCE and face.is_whole_in(load_photo(photo))
        ]
        yield photo.name
    listing.parent.mkdir(parents=True, exist_ok=True)
    partial = listing.with_suffix(".partial")
    partial.write_text(json.dumps(found, indent=1))
    partial.replace(listing)


def listed(photos: Path, listing: Path) -> tuple[list[PhotoFace], list[PhotoFace]]:
    """The faces of a listing: those to train on, and those kept out.

    A face kept out is never also a training face under another file name: what looks like one
    of them is dropped from training, and of held-out faces that look alike one is measured.

    Raises:
        FileNotFoundError: nothing was searched yet.
    """
    rows = json.loads(listing.read_text())
    faces = [
        PhotoFace(photos / row["photo"], row["number"], tuple(map(tuple, row["points"])))
        for row in rows
    ]
    signatures = {face: _signature(face) for face in faces}
    holdout: list[PhotoFace] = []
    for face in faces:
        if face.split == "holdout" and not _is_alike(face, holdout, signatures):
            holdout.append(face)
    train = [
        face for face in faces if face.split == "train" and not _is_alike(face, holdout, signatures)
    ]
    return train, holdout


def _signature(face: PhotoFace) -> NDArray[np.float64]:
    crop = crop_face(load_photo(face.photo), portrait_transform(face.landmarks, 96), 96)
    small = Image.fromarray(crop).convert("L").resize((_SMALL, _SMALL), Image.Resampling.BOX)
    values = np.asarray(small, np.float64).ravel()
    values -= values.mean()
    return values / max(float(np.linalg.norm(values)), 1e-9)


def _is_alike(
    face: PhotoFace, others: list[PhotoFace], signatures: dict[PhotoFace, NDArray[np.float64]]
) -> bool:
    return any(float(signatures[face] @ signatures[other]) > _ALIKE for other in others)
