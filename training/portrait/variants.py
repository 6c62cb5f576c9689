"""Faces are few: each is shown many times, changed before the teacher paints it.

So the label always is what the teacher makes of what the student sees. Blending two people
follows L. Beyer et al., "Knowledge distillation: a good teacher is patient and consistent"
(CVPR 2022): a teacher can label pictures of people whom there are no photos of.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter
from skimage.transform import warp

from anime_inference.logic.faces.align import (
    Transform,
    apply_transform,
    crop_face,
    portrait_transform,
)
from anime_inference.logic.faces.face import Landmarks
from training.portrait.faces import PhotoFace, load_photo
from training.recolour import Values, recolour
from training.samples import Picture

SIDE = 256
VARIANTS = 24


def render(
    face: PhotoFace, variant: int, partners: Sequence[PhotoFace]
) -> tuple[Picture, Landmarks]:
    """One variant of a face: RGB ``uint8[SIDE, SIDE, 3]``, and ``float32[5, 2]`` landmarks in it.

    Args:
        face: whose.
        variant: 0 is the face as the product cuts it out; the others hang on name and number.
        partners: people to blend it with now and then.
    """
    if variant == 0:
        return _cut(face, np.array([[1.0, 0, 0], [0, 1.0, 0]]))
    seed = hashlib.sha256(f"{face.name} {variant}".encode()).digest()[:8]
    random = np.random.default_rng(int.from_bytes(seed, "big"))
    crop, points = _cut(face, _framing(random))
    values = crop.astype(np.float32)
    if partners and random.random() < 0.35:
        partner = partners[int(random.integers(len(partners)))]
        other, other_points = _cut(partner, _framing(random, steady=True))
        share = random.uniform(0.3, 0.7)
        # Both in the framing of the first, or eyes would be blended with cheeks.
        guest = _onto(other, other_points, points)
        values = values * np.float32(1 - share) + guest * np.float32(share)
    if random.random() < 0.6:
        values = _bend(values, random)
    values = _light(values, random)
    picture = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return _worsen(picture, random), points


def _cut(face: PhotoFace, framing: Transform) -> tuple[Picture, Landmarks]:
    aligned = portrait_transform(face.landmarks, SIDE)
    transform = np.column_stack(
        (framing[:, :2] @ aligned[:, :2], framing[:, :2] @ aligned[:, 2] + framing[:, 2])
    )
    crop = crop_face(load_photo(face.photo), transform, SIDE)
    return crop, apply_transform(transform, face.landmarks).astype(np.float32)


def _onto(crop: Picture, points: Landmarks, wanted: Landmarks) -> Values:
    """A crop moved so that its landmarks come to lie on others: least squares, any linear map."""
    system = np.column_stack((points.astype(np.float64), np.ones(5)))
    solution: Transform = np.linalg.lstsq(system, wanted.astype(np.float64))[0].T.astype(np.float64)
    return crop_face(crop, solution, SIDE).astype(np.float32)


def _framing(random: np.random.Generator, *, steady: bool = False) -> Transform:
    """Within the crop: turned up to 15 degrees, scaled, stretched, shifted, mirrored."""
    mirror = random.choice((-1.0, 1.0))
    if steady:
        return np.array([[mirror, 0, SIDE if mirror < 0 else 0], [0, 1.0, 0]])
    angle = np.radians(random.uniform(-15, 15))
    zoom = np.exp(random.uniform(np.log(0.85), np.log(1.3)))
    stretch = np.exp(random.uniform(-0.1, 0.1))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = zoom * turn @ np.diag([mirror * stretch, 1 / stretch])
    # Around the middle of the face.
    centre = np.array([0.5, 0.55]) * SIDE
    shift = random.uniform(-0.06, 0.06, 2) * SIDE
    return np.column_stack((linear, centre + shift - linear @ centre))


def _smooth(random: np.random.Generator, cells: int) -> Values:
    noise = random.standard_normal((cells, cells)).astype(np.float32)
    image = Image.fromarray(noise).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(image)


def _bend(values: Values, random: np.random.Generator) -> Values:
    """Other proportions: every pixel moved a little, smoothly, by up to about 6 pixels."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    strength = random.uniform(0.5, 3)
    where = np.stack(
        (rows + strength * _smooth(random, 5), columns + strength * _smooth(random, 5))
    )
    bent = [
        warp(values[..., c], where, order=1, mode="symmetric", preserve_range=True)
        for c in range(3)
    ]
    return np.stack(bent, axis=-1).astype(np.float32)


def _light(values: Values, random: np.random.Generator) -> Values:
    """Other colours, and now and then light from a side."""
    values = recolour(values, random)
    if random.random() < 0.35:
        values = values * np.exp(0.25 * _smooth(random, 3))[..., None]
    return values


def _worsen(picture: Picture, random: np.random.Generator) -> Picture:
    """What cameras and senders do: too few pixels, blur, noise, JPEG."""
    image = Image.fromarray(picture)
    if random.random() < 0.35:
        side = int(random.integers(48, 200))
        image = image.resize((side, side), Image.Resampling.BOX)
        image = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    elif random.random() < 0.2:
        image = image.filter(ImageFilter.GaussianBlur(random.uniform(0.5, 1.5)))
    if random.random() < 0.25:
        noise = random.normal(0, random.uniform(1, 8), (SIDE, SIDE, 3))
        image = Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))
    if random.random() < 0.3:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=int(random.integers(40, 92)))
        image = Image.open(buffer)
    return np.asarray(image.convert("RGB"))
