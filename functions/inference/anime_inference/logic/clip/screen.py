"""Frames as they are seen: each drawn over what the ones before it left on the screen."""

from __future__ import annotations

import numpy as np
from PIL import Image

from anime_inference.logic.clip.part import Disposal, Part
from anime_inference.logic.picture import Picture

_CLEAR = (0, 0, 0, 0)


class Screen:
    """What is seen of a clip; at first it is clear.

    Args:
        width: in pixels.
        height: likewise.
    """

    def __init__(self, width: int, height: int) -> None:
        self._seen = Image.new("RGBA", (width, height), _CLEAR)
        # What is put back before the next frame is drawn, and where.
        self._undone: tuple[Image.Image, tuple[int, int]] | None = None

    def draw(self, part: Part, picture: Picture) -> Picture:
        """The clip at the time of a frame, all of the screen.

        Args:
            part: the frame; what reaches over the screen's border isn't seen.
            picture: its pixels.
        """
        if self._undone is not None:
            self._seen.paste(*self._undone)
        place = part.place
        corner = (place.left, place.top)
        box = (*corner, place.left + place.width, place.top + place.height)
        if part.disposal is Disposal.STAYS:
            self._undone = None
        elif part.disposal is Disposal.IS_CLEARED:
            self._undone = (Image.new("RGBA", (place.width, place.height), _CLEAR), corner)
        else:
            self._undone = (self._seen.crop(box), corner)
        drawn = _with_alpha(picture)
        if not part.replaces:
            drawn = Image.alpha_composite(self._seen.crop(box), drawn)
        self._seen.paste(drawn, corner)
        return _picture_of(self._seen)


def _with_alpha(picture: Picture) -> Image.Image:
    image = Image.fromarray(picture.rgb)
    if picture.alpha is None:
        return image.convert("RGBA")
    image.putalpha(Image.fromarray(picture.alpha))
    return image


def _picture_of(seen: Image.Image) -> Picture:
    alpha = np.asarray(seen.getchannel("A"))
    opaque = bool((alpha == 255).all())
    return Picture(np.asarray(seen.convert("RGB")), None if opaque else alpha)
