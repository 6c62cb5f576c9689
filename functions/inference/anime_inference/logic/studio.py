"""Where photos are painted, and all that this took is told."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from anime_inference.logic.cache import ResultCache
from anime_inference.logic.generator import Models
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.painting import OnProgress, PaintedPicture, Painting, unwatched
from anime_inference.logic.pipeline import transform
from anime_shared import metrics
from anime_shared.jobs import Stage
from anime_shared.options import TransformOptions
from anime_shared.ports.memory import ProcessMemory
from anime_shared.ports.meter import Meter
from anime_shared.receipt import Receipt
from anime_shared.telemetry import Telemetry
from anime_shared.variants import Assigned, labels_of, name_variant

_log = logging.getLogger(__name__)
_GB: Final = 2**30
_MB_IN_GB: Final = 1024
# Enough to tell models apart.
_MODEL_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Price:
    """What painting costs.

    Attributes:
        per_gb_second: US dollars.
        billed_mb: memory that is paid for, in MiB; ``None``: what was in use.
    """

    per_gb_second: float
    billed_mb: int | None = None

    def of(self, seconds: float, memory_bytes: int) -> float:
        """US dollars for so long and so much memory."""
        gigabytes = memory_bytes / _GB if self.billed_mb is None else self.billed_mb / _MB_IN_GB
        return seconds * gigabytes * self.per_gb_second


@dataclass(frozen=True, slots=True)
class Studio:
    """Finds, paints and keeps pictures; safe to call from many threads.

    Attributes:
        models: what paints.
        limits: budgets of each photo.
        cache: pictures painted before.
        telemetry: is told of all of it.
        memory: of this process.
        price: for the receipts.
    """

    models: Models
    limits: PipelineLimits
    cache: ResultCache
    telemetry: Telemetry
    memory: ProcessMemory
    price: Price

    def find(
        self, photo: bytes, options: TransformOptions, variant: Assigned | None = None
    ) -> PaintedPicture | None:
        """What this photo with these options became earlier; ``None`` if it isn't known.

        Args:
            photo: its file.
            options: how it would be painted.
            variant: that who asks has got, of which the options have the style; it is named in
                the picture's facts.
        """
        with self.telemetry.tracer.span("find"):
            known = self.cache.find(photo, options)
        outcome = "miss" if known is None else "hit"
        self.telemetry.meter.record(metrics.CACHE_LOOKUPS, outcome=outcome)
        return None if known is None else _named(known, variant)

    def paint(
        self,
        photo: bytes,
        options: TransformOptions,
        variant: Assigned | None = None,
        on_progress: OnProgress = unwatched,
    ) -> PaintedPicture:
        """A photo's picture, painted and kept, with its receipt.

        Args:
            photo: its file.
            options: how it is painted.
            variant: as in :meth:`find`.
            on_progress: is told how far it is; what it raises ends the work.

        Raises:
            InputError: the photo or an option is at fault.
            ModelError: a model is missing or damaged.
        """
        painting = self._paint(photo, options, variant, on_progress)
        on_progress(Stage.STORE, 0)
        with self.telemetry.tracer.span("keep"):
            return _named(self.cache.keep(photo, options, painting), variant)

    def forget(self, picture: PaintedPicture) -> None:
        """Keep a picture no longer; one that was found stays, as others have asked for it, too."""
        if picture.cache_key is not None and not picture.cached:
            self.cache.forget(picture.cache_key)

    def _paint(
        self,
        photo: bytes,
        options: TransformOptions,
        variant: Assigned | None,
        on_progress: OnProgress,
    ) -> Painting:
        tracer = self.telemetry.tracer
        start = time.perf_counter()
        with tracer.span("paint") as span, self.memory.peak() as peak:
            painting = transform(photo, options, self.limits, self.models, on_progress, tracer.span)
            span.tell(width=painting.width, height=painting.height, frames=painting.frames)
        seconds = time.perf_counter() - start
        cost = self.price.of(seconds, peak.bytes)
        receipt = _receipt(painting, seconds, peak.bytes, cost)
        _tell(self.telemetry.meter, painting, receipt, labels_of(receipt.style, variant))
        _log.info("painted %d x %d pixels in %.2f s", painting.width, painting.height, seconds)
        return replace(painting, receipt=receipt)


def _named(picture: PaintedPicture, variant: Assigned | None) -> PaintedPicture:
    return replace(picture, facts=name_variant(picture.facts, variant))


def _receipt(painting: Painting, seconds: float, memory_bytes: int, cost: float) -> Receipt:
    left = Counter(str(face.reason) for face in painting.faces if face.reason is not None)
    return Receipt(
        style=painting.main and painting.main.style,
        model=painting.main and painting.main.model,
        face_style=painting.face and painting.face.style,
        face_model=painting.face and painting.face.model,
        faces_found=len(painting.faces),
        faces_treated=sum(face.treated for face in painting.faces),
        faces_left=dict(left),
        stages=painting.timings.rounded(),
        seconds=round(seconds, 4),
        memory_bytes=memory_bytes,
        cost_usd=round(cost, 9),
    )


def _tell(meter: Meter, painting: Painting, receipt: Receipt, by: dict[str, str]) -> None:
    meter.record(metrics.PICTURE_SECONDS, receipt.seconds, **by)
    for stage, seconds in receipt.stages.items():
        # A stage that wasn't needed is none.
        if seconds > 0:
            meter.record(metrics.STAGE_SECONDS, seconds, stage=stage, **by)
    meter.record(metrics.PIXELS, painting.width * painting.height * painting.frames, **by)
    meter.record(metrics.PICTURE_MEMORY_BYTES, receipt.memory_bytes, **by)
    meter.record(metrics.COST_USD, receipt.cost_usd, **by)
    for fate, count in {"treated": receipt.faces_treated, **receipt.faces_left}.items():
        if count:
            meter.record(metrics.FACES, count, fate=fate)
    for used in (painting.background, painting.face):
        if used is not None:
            model = used.model[:_MODEL_DIGITS]
            meter.record(metrics.MODEL_INFO, 1, style=used.style, model=model)
