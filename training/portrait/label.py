"""The variants of each face with the teacher's paintings of them, one file a face."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.portrait.faces import PhotoFace, listed
from training.portrait.variants import VARIANTS, render
from training.samples import Picture
from training.teacher import OnnxTeacher

LISTING = "faces.json"


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Everything that one face gives to learn from.

    Attributes:
        crops: ``uint8[N, SIDE, SIDE, 3]`` RGB.
        labels: the teacher's paintings of them.
        landmarks: ``float32[N, 5, 2]``, in the crops' pixels.
    """

    crops: Picture
    labels: Picture
    landmarks: NDArray[np.float32]


def label_file(work: Path, face: PhotoFace) -> Path:
    """Where the variants of a face are kept."""
    return work / face.split / f"{face.name}.npz"


def read_labelled(file: Path) -> Labelled:
    """What was kept of one face."""
    with np.load(file) as kept:
        return Labelled(kept["crops"], kept["labels"], kept["landmarks"])


def label(
    photos: Path, work: Path, teacher: Path, variants: int = VARIANTS
) -> Iterator[tuple[int, int]]:
    """Label the faces of ``work / LISTING`` that aren't yet; yields (done, total) faces.

    A face kept out of training has one variant, the original. Cut at will and started again.
    """
    train, holdout = listed(photos, work / LISTING)
    network = OnnxTeacher(teacher)
    todo = [*holdout, *train]
    for done, face in enumerate(todo, start=1):
        file = label_file(work, face)
        if not file.exists():
            count = 1 if face.split == "holdout" else variants
            rendered = [render(face, variant, train) for variant in range(count)]
            crops = np.stack([crop for crop, _ in rendered])
            file.parent.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(".partial")
            with partial.open("wb") as stream:
                np.savez(
                    stream,
                    crops=crops,
                    labels=np.stack([network.label(crop).painted for crop in crops]),
                    landmarks=np.stack([points for _, points in rendered]),
                )
            partial.replace(file)
        yield done, len(todo)
