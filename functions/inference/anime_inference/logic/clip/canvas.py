"""A clip while it is being painted, frame after frame."""

from __future__ import annotations

import numpy as np

from anime_inference.logic.clip.changes import Mask, changes_between, painted_pixels, plan_runs
from anime_inference.logic.clip.faces import ClipFaces
from anime_inference.logic.color import ToneCurve, with_tone
from anime_inference.logic.generator import Generator
from anime_inference.logic.geometry import beside
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Picture, Pixels, Tensor
from anime_inference.logic.stylise import mix, paint_tiles, plan
from anime_inference.logic.timings import Timings
from anime_shared.options import TransformOptions


class Background:
    """Paints whole frames in one style; what can't have changed since the last isn't painted.

    Args:
        generator: paints.
        memory: bounds what it may need.
        height: of every frame.
        width: likewise.
        thumbnail: for all frames.
        statistics: likewise.

    Raises:
        PictureTooLarge: ``memory`` isn't enough for one run.
    """

    def __init__(
        self,
        generator: Generator,
        memory: Memory,
        height: int,
        width: int,
        thumbnail: Pixels,
        statistics: Tensor | None,
    ) -> None:
        self.painted_pixels = 0
        self._generator = generator
        self._tiles = plan(height, width, generator, memory)
        self._thumbnail = thumbnail
        self._statistics = statistics
        self._painted: Pixels | None = None

    def paint(self, rgb: Pixels, changed: Mask | None) -> Pixels:
        """The next frame, painted; RGB ``uint8[H, W, 3]``, not to be written to.

        Args:
            rgb: the frame.
            changed: since the frame before; ``None`` if there is none.
        """
        if self._painted is None or changed is None:
            runs, painted = self._tiles, np.empty_like(rgb)
        else:
            runs, painted = plan_runs(changed, self._tiles, self._generator.cut), self._painted
            painted = painted.copy() if runs else painted
        paint_tiles(rgb, painted, runs, self._generator, self._thumbnail, self._statistics)
        self.painted_pixels += painted_pixels(runs, *rgb.shape[:2])
        self._painted = painted
        return painted


class ClipCanvas:
    """Makes the picture of each frame as it was asked for.

    Args:
        options: how frames are painted.
        background: paints them; ``None`` leaves the photo.
        tone: what is taken back of the background's change of tone; ``None``: nothing.
        faces: finds and paints faces; ``None`` leaves them to the background.
        timings: are added to.
    """

    def __init__(
        self,
        options: TransformOptions,
        background: Background | None,
        tone: ToneCurve | None,
        faces: ClipFaces | None,
        timings: Timings,
    ) -> None:
        self._options = options
        self._background = background
        self._tone = tone
        self._faces = faces
        self._timings = timings
        self._before: Pixels | None = None

    def paint(self, photo: Picture) -> Picture:
        """The picture of the next frame."""
        rgb = photo.rgb
        changed = None if self._before is None else changes_between(self._before, rgb)
        self._before = rgb
        picture = rgb
        if self._background is not None:
            with self._timings.measure("stylise"):
                picture = self._background.paint(rgb, changed)
                if self._tone is not None:
                    picture = with_tone(rgb, picture, self._tone)
        if self._faces is not None:
            with self._timings.measure("detect"):
                self._faces.find(rgb, changed)
            with self._timings.measure("stylise"):
                self._faces.paint(rgb)
            with self._timings.measure("paste"):
                picture = self._faces.paste(picture, rgb if self._options.keep_colors else picture)
        with self._timings.measure("stylise"):
            mixed = mix(
                rgb,
                picture,
                strength=self._options.strength,
                keep_colors=self._options.keep_colors,
            )
        painted = Picture(mixed, photo.alpha)
        return beside(photo, painted) if self._options.compare else painted
