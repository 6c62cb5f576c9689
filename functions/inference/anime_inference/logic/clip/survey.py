"""A first look at all frames of a clip, for what must be the same in every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from anime_inference.logic.clip.frames import Frame
from anime_inference.logic.picture import Picture, Pixels
from anime_inference.logic.thumbnail import thumbnail_of

# A frame that stands still for longer is written again: the longest time that a GIF can tell.
LONGEST_SECONDS: Final = Fraction(65_535, 100)
# Thumbnails that are averaged, spread over the clip.
_SAMPLES: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What a clip's frames have in common.

    Attributes:
        seconds: how long each frame is shown that differs from the one before, by the number of
            that frame, in order.
        thumbnail: the mean one of the frames, each counted by how long it is shown.
        key: the number of the frame that is most like the mean one.
        width: pixels of each frame, upright.
        height: likewise.
        transparent: whether any pixel of any frame isn't opaque.
    """

    seconds: dict[int, Fraction]
    thumbnail: Pixels
    key: int
    width: int
    height: int
    transparent: bool


def survey(frames: Iterable[Frame], count: int, on_frame: Callable[[int], None]) -> Survey:
    """Look at all frames.

    Args:
        frames: of the clip.
        count: of them.
        on_frame: is called with the number of each; what it raises ends the work.
    """
    seconds: dict[int, Fraction] = {}
    samples: list[tuple[int, Pixels]] = []
    weights: list[Fraction] = []
    before: Picture | None = None
    shown, transparent, height, width = 0, False, 0, 0
    for index, frame in enumerate(frames):
        on_frame(index)
        picture = frame.picture
        height, width = picture.height, picture.width
        transparent = transparent or picture.alpha is not None
        if len(samples) <= index * _SAMPLES // count:
            samples.append((index, thumbnail_of(picture.rgb)))
            weights.append(Fraction(0))
        weights[-1] += frame.seconds
        stands = before is not None and alike(before, picture)
        if stands and seconds[shown] + frame.seconds <= LONGEST_SECONDS:
            seconds[shown] += frame.seconds
        else:
            shown = index
            seconds[shown] = frame.seconds
        before = picture
    # Where no frame says how long it is shown, each counts as much.
    shares = [float(weight) for weight in weights] if any(weights) else [1.0] * len(samples)
    total = np.zeros(samples[0][1].shape)
    for share, (_, thumbnail) in zip(shares, samples, strict=True):
        total += share * thumbnail
    mean = total / sum(shares)
    distances = [float(np.square(thumbnail - mean).sum()) for _, thumbnail in samples]
    key = samples[int(np.argmin(distances))][0]
    thumbnail = np.rint(mean).astype(np.uint8)
    return Survey(seconds, thumbnail, key, width, height, transparent)


def alike(one: Picture, other: Picture) -> bool:
    """Whether two pictures of one size have the same pixels."""
    if one.alpha is None or other.alpha is None:
        same_alpha = one.alpha is other.alpha
    else:
        same_alpha = np.array_equal(one.alpha, other.alpha)
    return same_alpha and np.array_equal(one.rgb, other.rgb)
