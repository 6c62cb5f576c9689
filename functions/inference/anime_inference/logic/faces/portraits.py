"""The faces of a photo, painted one by one over the background."""

from __future__ import annotations

from collections.abc import Sequence

from anime_inference.logic.faces.align import crop_face, portrait_transform
from anime_inference.logic.faces.face import Face
from anime_inference.logic.faces.paste import paste_face
from anime_inference.logic.generator import Generator
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels
from anime_inference.logic.stylise import paint


def paint_face(
    photo: Pixels, face: Face, generator: Generator, side: int, memory: Memory
) -> Pixels:
    """One face as the face style paints it, RGB ``uint8[side, side, 3]``.

    The crop has the size that the style was trained on, whatever size the face has in the photo:
    a face much larger than in training would have its eyes painted twice.
    """
    crop = crop_face(photo, portrait_transform(face.landmarks, side), side)
    return paint(crop, generator, memory)


def paste_faces(
    picture: Pixels, faces: Sequence[Face], painted: Sequence[Pixels], skin: Pixels
) -> None:
    """Blend painted faces in, the smallest last, as they are mostly in front.

    Args:
        picture: RGB ``uint8[H, W, 3]``, written to.
        faces: by descending size.
        painted: one crop a face, from :func:`paint_face`.
        skin: a picture of the same people whose skin has the tone that theirs shall have.
    """
    for face, crop in zip(faces, painted, strict=True):
        paste_face(picture, crop, portrait_transform(face.landmarks, crop.shape[0]), skin)
