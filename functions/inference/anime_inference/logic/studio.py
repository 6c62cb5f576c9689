"""Where pictures are found, painted and kept."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace

from anime_inference.logic.cache import ResultCache
from anime_inference.logic.generator import Models
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.painting import OnProgress, PaintedPicture, Painting, unwatched
from anime_inference.logic.pipeline import transform
from anime_inference.logic.receipts import Price, tell, write_receipt
from anime_shared import metrics
from anime_shared.jobs import Stage
from anime_shared.options import TransformOptions
from anime_shared.ports.memory import ProcessMemory
from anime_shared.telemetry import Telemetry
from anime_shared.variants import Assigned, labels_of, name_variant

_log = logging.getLogger(__name__)


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
        receipt = write_receipt(painting, seconds, peak.bytes, self.price)
        tell(self.telemetry.meter, painting, receipt, labels_of(receipt.style, variant))
        _log.info("painted %d x %d pixels in %.2f s", painting.width, painting.height, seconds)
        return replace(painting, receipt=receipt)


def _named(picture: PaintedPicture, variant: Assigned | None) -> PaintedPicture:
    return replace(picture, facts=name_variant(picture.facts, variant))
