"""Where photos are painted, and all that this took is told."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from anime_inference.logic.cache import PaintedPicture, ResultCache
from anime_inference.logic.generator import Models
from anime_inference.logic.limits import PipelineLimits
from anime_inference.logic.pipeline import transform, unwatched
from anime_inference.logic.result import OnProgress, Result
from anime_shared import metrics
from anime_shared.options import TransformOptions
from anime_shared.ports.memory import ProcessMemory
from anime_shared.ports.meter import Meter
from anime_shared.receipt import Receipt
from anime_shared.telemetry import Telemetry
from anime_shared.variants import Assigned, labels_of

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
        cache: pictures painted before.
        telemetry: is told of all of it.
        memory: of this process.
        price: for the receipts.
    """

    models: Models
    cache: ResultCache
    telemetry: Telemetry
    memory: ProcessMemory
    price: Price

    def find(self, photo: bytes, options: TransformOptions) -> PaintedPicture | None:
        """What this photo with these options became earlier; ``None`` if it isn't known."""
        with self.telemetry.tracer.span("find"):
            known = self.cache.find(photo, options)
        outcome = "miss" if known is None else "hit"
        self.telemetry.meter.record(metrics.CACHE_LOOKUPS, outcome=outcome)
        return known

    def paint(
        self,
        photo: bytes,
        options: TransformOptions,
        limits: PipelineLimits,
        on_progress: OnProgress = unwatched,
        *,
        variant: Assigned | None = None,
    ) -> Result:
        """A photo's picture, with its receipt.

        Raises:
            InputError: the photo or an option is at fault.
            ModelError: a model is missing or damaged.
        """
        tracer = self.telemetry.tracer
        start = time.perf_counter()
        with tracer.span("paint") as span, self.memory.peak() as peak:
            result = transform(photo, options, limits, self.models, on_progress, tracer.span)
            span.tell(width=result.width, height=result.height, frames=result.frames)
        seconds = time.perf_counter() - start
        cost = self.price.of(seconds, peak.bytes)
        receipt = _receipt(result, seconds, peak.bytes, cost)
        _tell(self.telemetry.meter, result, receipt, labels_of(receipt.style, variant))
        _log.info("painted %d x %d pixels in %.2f s", result.width, result.height, seconds)
        return replace(result, receipt=receipt)

    def keep(self, photo: bytes, options: TransformOptions, result: Result) -> PaintedPicture:
        """Remember what a photo with these options became."""
        with self.telemetry.tracer.span("keep"):
            return self.cache.keep(photo, options, result)


def _receipt(result: Result, seconds: float, memory_bytes: int, cost: float) -> Receipt:
    left = Counter(str(face.reason) for face in result.faces if face.reason is not None)
    return Receipt(
        style=result.main and result.main.style,
        model=result.main and result.main.model,
        face_style=result.face and result.face.style,
        face_model=result.face and result.face.model,
        faces_found=len(result.faces),
        faces_treated=sum(face.treated for face in result.faces),
        faces_left=dict(left),
        stages=result.timings.rounded(),
        seconds=round(seconds, 4),
        memory_bytes=memory_bytes,
        cost_usd=round(cost, 9),
    )


def _tell(meter: Meter, result: Result, receipt: Receipt, by: dict[str, str]) -> None:
    meter.record(metrics.PICTURE_SECONDS, receipt.seconds, **by)
    for stage, seconds in receipt.stages.items():
        # A stage that wasn't needed is none.
        if seconds > 0:
            meter.record(metrics.STAGE_SECONDS, seconds, stage=stage, **by)
    meter.record(metrics.PIXELS, result.width * result.height * result.frames, **by)
    meter.record(metrics.PICTURE_MEMORY_BYTES, receipt.memory_bytes, **by)
    meter.record(metrics.COST_USD, receipt.cost_usd, **by)
    for fate, count in {"treated": receipt.faces_treated, **receipt.faces_left}.items():
        if count:
            meter.record(metrics.FACES, count, fate=fate)
    for used in (result.background, result.face):
        if used is not None:
            model = used.model[:_MODEL_DIGITS]
            meter.record(metrics.MODEL_INFO, 1, style=used.style, model=model)
