"""Measure an exported portrait student on faces that it never saw, region by region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from PIL import Image

from training.fidelity import Fidelity, measure
from training.portrait.faces import PhotoFace, listed
from training.portrait.label import LISTING, label_file, read_labelled
from training.samples import Picture

Region = NDArray[np.bool_]
# Ellipses around a place between the landmarks: how far across and down they reach, in units
# that are the distance of the eyes on a frontal face.
_EYE = (0.42, 0.38)
_MOUTH = (0.62, 0.36)
_FACE = (1.1, 1.5)


@dataclass(frozen=True, slots=True)
class PortraitFidelity:
    """Of one face.

    Attributes:
        crop: of the whole crop.
        face: explained change (see ``Fidelity``) from forehead to chin.
        eyes: over both eyes with their brows.
        mouth: over the mouth.
        eye_energy: mean absolute gradient over the eyes, the student's over the teacher's.
    """

    crop: Fidelity
    face: float
    eyes: float
    mouth: float
    eye_energy: float


def regions(landmarks: NDArray[np.float32], side: int) -> tuple[Region, Region, Region]:
    """Face, eyes and mouth as masks ``bool[side, side]``; landmarks in the crop's pixels."""
    eyes, mouth = landmarks[:2], landmarks[3:].mean(axis=0)
    down = mouth - eyes.mean(axis=0)
    unit = max(float(np.linalg.norm(eyes[1] - eyes[0])), 0.9 * float(np.linalg.norm(down)))
    across = np.array([down[1], -down[0]]) / np.linalg.norm(down)

    def ellipse(centre: NDArray[np.float32], radii: tuple[float, float]) -> Region:
        places = np.stack(np.meshgrid(*[np.arange(side) + 0.5] * 2), axis=-1) - centre
        along = places @ (down / np.linalg.norm(down)) / (radii[1] * unit)
        inside: Region = np.square(places @ across / (radii[0] * unit)) + np.square(along) <= 1
        return inside

    return (
        ellipse(eyes.mean(axis=0) + 0.45 * down, _FACE),
        ellipse(eyes[0] - 0.12 * down, _EYE) | ellipse(eyes[1] - 0.12 * down, _EYE),
        ellipse(mouth, _MOUTH),
    )


def measure_portrait(
    photo: Picture, student: Picture, teacher: Picture, landmarks: NDArray[np.float32]
) -> PortraitFidelity:
    """Compare crops of equal size, RGB ``uint8[side, side, 3]``."""
    face, eyes, mouth = regions(landmarks, photo.shape[0])

    def explained(region: Region) -> float:
        wanted = teacher[region].astype(np.float64)
        missed = np.square(student[region] - wanted).sum()
        return float(1 - missed / max(np.square(photo[region] - wanted).sum(), 1.0))

    return PortraitFidelity(
        crop=measure(photo, student, teacher),
        face=explained(face),
        eyes=explained(eyes),
        mouth=explained(mouth),
        eye_energy=_gradient(student, eyes) / max(_gradient(teacher, eyes), 1e-9),
    )


def _gradient(picture: Picture, region: Region) -> float:
    values = picture.astype(np.int16)
    across, down = np.diff(values, axis=1)[:-1], np.diff(values, axis=0)[:, :-1]
    inner = region[:-1, :-1]
    return float(np.abs(across[inner]).mean() + np.abs(down[inner]).mean())


def evaluate(
    photos: Path, work: Path, model: Path, sheets: Path | None
) -> Iterator[tuple[PhotoFace, PortraitFidelity]]:
    """Each face kept out of training, as the product cuts it out, and how well it is painted.

    Args:
        photos: the folder that was labelled.
        work: where the labels lie.
        model: the student's ONNX file.
        sheets: where to write photo, student and teacher side by side; nowhere if ``None``.
    """
    session = ort.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    for face in listed(photos, work / LISTING)[1]:
        kept = read_labelled(label_file(work, face))
        photo, teacher = kept.crops[0], kept.labels[0]
        image = photo.transpose(2, 0, 1)[None].astype(np.float32) / 127.5 - 1
        painted = np.asarray(session.run(None, {"image": image})[0])[0].transpose(1, 2, 0)
        student = np.clip(np.rint((painted + 1) * 127.5), 0, 255).astype(np.uint8)
        if sheets is not None:
            sheets.mkdir(parents=True, exist_ok=True)
            together = np.concatenate((photo, student, teacher), axis=1)
            Image.fromarray(together).save(sheets / f"{face.name}.png")
        yield face, measure_portrait(photo, student, teacher, kept.landmarks[0])
