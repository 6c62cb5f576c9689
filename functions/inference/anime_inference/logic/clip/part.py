"""A frame of a GIF or APNG as the file holds it: a still of its own, and its place.

Pillow puts frames together by rules of its own: it draws half-transparent pixels of an APNG as if
what lies below were opaque, and has a still that is no frame show through. So it decodes one part
at a time, and ``screen.py`` puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction


class Disposal(Enum):
    """What becomes of a frame when its time is over."""

    STAYS = auto()
    IS_CLEARED = auto()
    # What was there before comes back.
    IS_UNDONE = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the screen, in pixels; it may reach over the screen's border."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Part:
    """One frame as it is in the file.

    Attributes:
        data: a PNG or GIF file of this frame alone.
        place: where it is drawn.
        seconds: how long it is shown.
        replaces: what is there, transparency included; else it is drawn over it.
        disposal: what becomes of it afterwards.
    """

    data: bytes
    place: Place
    seconds: Fraction
    replaces: bool
    disposal: Disposal
