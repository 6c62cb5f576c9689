"""The path of a photo: decode, stylise, detect, paste, encode.

An animated picture takes the path of `clip/pipeline.py`.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial

from anime_inference.logic.clip.frames import open_clip
from anime_inference.logic.clip.pipeline import ClipTask, transform_clip
from anime_inference.logic.color import keep_tone_of
from anime_inference.logic.decode import decode
from anime_inference.logic.encode import choose_format, encode
from anime_inference.logic.faces.face import Face
from anime_inference.logic.faces.find import find_faces
from anime_inference.logic.faces.portraits import paint_face, paste_faces
from anime_inference.logic.faces.select import FaceReport, judge
from anime_inference.logic.generator import Models
from anime_inference.logic.geometry import beside, shrink
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.memory import Memory
from anime_inference.logic.painting import OnProgress, Painting, UsedModel, unwatched
from anime_inference.logic.picture import Picture
from anime_inference.logic.stylise import OnShare, mix, paint
from anime_inference.logic.timings import OnStage, Timings
from anime_shared.jobs import Stage
from anime_shared.options import TransformOptions
from anime_shared.style import Style
from anime_shared.treatment import Treatment, choose_treatment

# Painted faces that are held before they are in the picture: a crowd's would take hundreds of MiB.
_FACES_AT_ONCE = 32


def transform(
    data: bytes,
    options: TransformOptions,
    limits: PipelineLimits,
    models: Models,
    on_progress: OnProgress = unwatched,
    on_stage: OnStage = nullcontext,
) -> Painting:
    """Turn a photo's file into an anime picture's file.

    Args:
        data: the photo's file.
        options: how it is painted.
        limits: budgets; what passes one is refused.
        models: what paints it.
        on_progress: is told how far it is; what it raises ends the work.
        on_stage: is around each piece of a photo's stages; of a clip, there are too many.

    Raises:
        InputError: the photo or an option is at fault.
        ModelError: a model is missing or damaged.
    """
    treatment = choose_treatment(options)
    if options.animate and options.format.animates:
        header = open_clip(data, limits.decode, limits.clip)
        if header is not None:
            task = ClipTask(data, header, options, treatment)
            return transform_clip(task, limits, models, on_progress)
    timings = Timings(on_stage=on_stage)
    on_progress(Stage.DECODE, 0)
    with timings.measure("decode"):
        photo = shrink(decode(data, limits.decode, options.max_side), options.max_side)
    canvas = _Canvas(photo, options, models, limits.memory_budget, timings)
    # The canvas alone holds it now, and lets go of it before a file is made.
    del photo
    painted = _paint(canvas, treatment, on_progress)
    fmt = choose_format(options.format, painted)
    on_progress(Stage.ENCODE, 0)
    with timings.measure("encode"):
        encoded = encode(painted, fmt, options.quality)
    return Painting(
        data=encoded,
        format=fmt,
        background=canvas.background,
        face=canvas.face,
        faces=tuple(canvas.faces),
        width=painted.width,
        height=painted.height,
        timings=timings,
    )


def _paint(canvas: _Canvas, treatment: Treatment, on_progress: OnProgress) -> Picture:
    if treatment.background is not None:
        on_progress(Stage.STYLISE, 0)
        canvas.paint_background(treatment.background, partial(on_progress, Stage.STYLISE))
    if treatment.face is not None:
        on_progress(Stage.DETECT, 0)
        treated = canvas.find_faces()
        if treated:
            # Painting them is part of it: to those who watch, no stage comes twice.
            on_progress(Stage.PASTE, 0)
            canvas.paint_faces(treated, treatment.face)
    return canvas.finish()


class _Canvas:
    """A photo while it is being painted."""

    def __init__(
        self,
        photo: Picture,
        options: TransformOptions,
        models: Models,
        budget: int,
        timings: Timings,
    ) -> None:
        self.background: UsedModel | None = None
        self.face: UsedModel | None = None
        self.faces: list[FaceReport] = []
        self._photo = photo
        self._picture = photo.rgb
        self._options = options
        self._models = models
        self._memory = Memory(budget, photo.width * photo.height)
        self._timings = timings

    def paint_background(self, style: Style, on_share: OnShare) -> None:
        """The whole picture in one style."""
        generator = self._models.generators.get(style)
        with self._timings.measure("stylise"):
            self._picture = paint(self._photo.rgb, generator, self._memory, on_share)
            if self._options.keep_colors:
                self._picture = keep_tone_of(self._photo.rgb, self._picture)
        self.background = UsedModel(style.id, generator.checksum)

    def find_faces(self) -> list[Face]:
        """The faces that can be treated; all that were found are in ``faces``."""
        detector = self._models.detectors.get()
        with self._timings.measure("detect"):
            found = find_faces(self._photo.rgb, detector)
            self.faces = judge(self._photo.rgb, found, self._options.max_faces)
        return [face for face, report in zip(found, self.faces, strict=True) if report.treated]

    def paint_faces(self, treated: list[Face], style: Style) -> None:
        """These faces, over what is there."""
        side = style.face_side
        assert side is not None  # noqa: S101 - `choose_treatment` sees to it
        generator = self._models.generators.get(style)
        photo = self._photo.rgb
        below = self._picture
        skin = photo if self._options.keep_colors else below
        self._picture = below.copy()
        for start in range(0, len(treated), _FACES_AT_ONCE):
            some = treated[start : start + _FACES_AT_ONCE]
            with self._timings.measure("stylise"):
                painted = [paint_face(photo, face, generator, side, self._memory) for face in some]
            with self._timings.measure("paste"):
                paste_faces(self._picture, some, painted, skin)
        self.face = UsedModel(style.id, generator.checksum)

    def finish(self) -> Picture:
        """The picture as it was asked for; the photo is forgotten."""
        photo, picture = self._photo, self._picture
        del self._photo, self._picture
        with self._timings.measure("stylise"):
            mixed = mix(
                photo.rgb,
                picture,
                strength=self._options.strength,
                keep_colors=self._options.keep_colors,
            )
        painted = Picture(mixed, photo.alpha)
        return beside(photo, painted) if self._options.compare else painted
