"""What painting took: for who asked, and for the operator."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from anime_inference.logic.painting import Painting
from anime_shared import metrics
from anime_shared.ports.meter import Meter
from anime_shared.receipt import Receipt

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


def write_receipt(painting: Painting, seconds: float, memory_bytes: int, price: Price) -> Receipt:
    """The receipt of a painting.

    Args:
        painting: without one.
        seconds: that it took.
        memory_bytes: that the process had meanwhile, at most.
        price: of both.
    """
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
        cost_usd=round(price.of(seconds, memory_bytes), 9),
    )


def tell(meter: Meter, painting: Painting, receipt: Receipt, by: dict[str, str]) -> None:
    """Tell a meter of a painting; ``by`` are its style and variant, as labels."""
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
