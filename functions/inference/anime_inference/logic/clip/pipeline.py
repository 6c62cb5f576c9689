"""The path of an animated picture: look at all frames, then decode, paint and write each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from anime_inference.logic.clip.canvas import Background, ClipCanvas
from anime_inference.logic.clip.faces import ClipFaces, FacePainting
from anime_inference.logic.clip.files import HELD_OF_ALL_FRAMES, encode_clip
from anime_inference.logic.clip.frames import Frame, read_frames
from anime_inference.logic.clip.header import ClipHeader
from anime_inference.logic.clip.survey import Survey, survey
from anime_inference.logic.color import ToneCurve, tone_curve
from anime_inference.logic.encode import check_sides
from anime_inference.logic.generator import Models
from anime_inference.logic.geometry import shrink, shrunk
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.memory import HELD_BYTES, Memory
from anime_inference.logic.painting import OnProgress, Painting, UsedModel
from anime_inference.logic.picture import Picture
from anime_inference.logic.stylise import plan, statistics_of
from anime_inference.logic.timings import Timings
from anime_shared.errors import ClipTooSlow
from anime_shared.jobs import Stage
from anime_shared.options import OutputFormat, TransformOptions
from anime_shared.style import Style
from anime_shared.treatment import Treatment

# Bytes for each pixel of a frame, beside what a photo's takes: the frame before and its painting,
# what changed, and what an encoder keeps of the last frame.
_HELD_BETWEEN_FRAMES: Final = 16


@dataclass(frozen=True, slots=True)
class ClipTask:
    """An animated picture that is to be painted.

    Attributes:
        data: its file.
        header: what it tells of itself.
        options: how it is painted.
        treatment: in which styles.
    """

    data: bytes
    header: ClipHeader
    options: TransformOptions
    treatment: Treatment

    @property
    def format(self) -> OutputFormat:
        """Of the file that is made."""
        fmt = self.options.format
        return self.header.kind if fmt is OutputFormat.AUTO else fmt


def transform_clip(
    task: ClipTask, limits: PipelineLimits, models: Models, on_progress: OnProgress
) -> Painting:
    """Turn an animated picture's file into an animated anime picture's file.

    Args:
        task: what is to be done.
        limits: budgets; what passes one is refused.
        models: what paints it.
        on_progress: is told how far it is; what it raises ends the work.

    Raises:
        InputError: the picture or an option is at fault.
        ModelError: a model is missing or damaged.
    """
    return _Clip(task, limits, models, on_progress).paint()


class _Clip:
    """A clip on its way."""

    def __init__(
        self, task: ClipTask, limits: PipelineLimits, models: Models, on_progress: OnProgress
    ) -> None:
        self._task = task
        self._models = models
        self._on_progress = on_progress
        self._timings = Timings()
        self._start = time.perf_counter()
        self._max_seconds = limits.clip.max_seconds
        self._memory_budget = limits.memory_budget

    def paint(self) -> Painting:
        task = self._task
        self._check_room(*self._size(task.header.width, task.header.height))
        with self._timings.measure("decode"):
            known = survey(self._frames(), task.header.frames, self._on_look)
        width, height = self._size(known.width, known.height)
        background, tone = self._background(known, width, height)
        faces = self._faces(width * height)
        canvas = ClipCanvas(task.options, background, tone, faces, self._timings)
        data = self._encode(canvas, known)
        painted = background.painted_pixels if background else len(known.seconds) * width * height
        reports = faces.most if faces else ()
        return Painting(
            data=data,
            format=task.format,
            background=self._used(task.treatment.background),
            face=self._used(task.treatment.face) if any(r.treated for r in reports) else None,
            faces=reports,
            width=self._sides * width,
            height=height,
            timings=self._timings,
            frames=len(known.seconds),
            painted_share=painted / (width * height * task.header.frames),
        )

    @property
    def _sides(self) -> int:
        return 2 if self._task.options.compare else 1

    def _size(self, width: int, height: int) -> tuple[int, int]:
        """Of each frame as it is painted, by its size in the file."""
        return shrunk(width, height, self._task.options.max_side)

    def _memory(self, pixels: int) -> Memory:
        all_frames = HELD_OF_ALL_FRAMES[self._task.format] * self._sides * self._task.header.frames
        held = HELD_BYTES + _HELD_BETWEEN_FRAMES + all_frames
        return Memory(self._memory_budget, pixels, held, self._held_faces())

    def _held_faces(self) -> int:
        """Bytes of painted faces, which are kept for as long as they stand still."""
        style = self._task.treatment.face
        return 0 if style is None else self._task.options.max_faces * 3 * _side_of(style) ** 2

    def _check_room(self, width: int, height: int) -> None:
        """See, before any frame is decoded, that there will be room for all."""
        check_sides(self._sides * width, height, self._task.format)
        memory = self._memory(width * height)
        background, face = self._task.treatment.background, self._task.treatment.face
        if background is not None:
            plan(height, width, self._models.generators.get(background), memory)
        if face is not None:
            side = _side_of(face)
            plan(side, side, self._models.generators.get(face), memory)

    def _frames(self) -> Iterator[Frame]:
        return read_frames(self._task.data, self._task.header)

    def _on_look(self, index: int) -> None:
        self._check_time(0)
        self._on_progress(Stage.DECODE, index / self._task.header.frames)

    def _check_time(self, done: int) -> None:
        if time.perf_counter() - self._start > self._max_seconds:
            raise ClipTooSlow(
                f"image: {done} of {self._task.header.frames} frames were done in "
                f"{self._max_seconds:g} seconds, which is the limit; max_side makes it quicker, "
                "animate=false paints the first frame",
                field="image",
                limit=self._max_seconds,
            )

    def _background(
        self, known: Survey, width: int, height: int
    ) -> tuple[Background | None, ToneCurve | None]:
        """What paints whole frames, and what is taken back of its change of tone."""
        style = self._task.treatment.background
        if style is None:
            return None, None
        generator = self._models.generators.get(style)
        memory = self._memory(width * height)
        keeps_tone = self._task.options.keep_colors
        key, statistics = None, None
        if keeps_tone or generator.overview_pixels:
            with self._timings.measure("decode"):
                frame = next(islice(self._frames(), known.key, None))
                key = shrink(frame.picture, self._task.options.max_side).rgb
        with self._timings.measure("stylise"):
            if key is not None:
                statistics = statistics_of(key, generator, memory)
            new = partial(Background, generator, memory, height, width, known.thumbnail, statistics)
            curve = None
            if key is not None and keeps_tone:
                curve = tone_curve(key, new().paint(key, None))
        return new(), curve

    def _faces(self, pixels: int) -> ClipFaces | None:
        style = self._task.treatment.face
        if style is None:
            return None
        painting = FacePainting(
            self._models.generators.get(style),
            _side_of(style),
            self._memory(pixels),
            self._task.options.max_faces,
        )
        return ClipFaces(self._models.detectors.get(), painting)

    def _used(self, style: Style | None) -> UsedModel | None:
        if style is None:
            return None
        return UsedModel(style.id, self._models.generators.get(style).checksum)

    def _encode(self, canvas: ClipCanvas, known: Survey) -> bytes:
        task = self._task
        start, others = time.perf_counter(), self._timings.total()
        data = encode_clip(
            self._pictures(canvas, known),
            task.format,
            task.options.quality,
            tuple(known.seconds.values()),
            task.header.plays,
            transparent=known.transparent,
        )
        # Frames are painted while the file is written.
        others = self._timings.total() - others
        self._timings.encode += time.perf_counter() - start - others
        return data

    def _pictures(self, canvas: ClipCanvas, known: Survey) -> Iterator[Picture]:
        frames = self._frames()
        for index in range(self._task.header.frames):
            self._check_time(index)
            with self._timings.measure("decode"):
                frame = next(frames)
            if index in known.seconds:
                self._on_progress(Stage.STYLISE, index / self._task.header.frames)
                yield canvas.paint(shrink(frame.picture, self._task.options.max_side))
        self._on_progress(Stage.ENCODE, 0)


def _side_of(style: Style) -> int:
    assert style.face_side is not None  # noqa: S101 - `choose_treatment` sees to it
    return style.face_side
