"""What an ``Accept`` header asks for (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from anime_shared.options import OutputFormat


def _ranges(accept: str) -> list[str]:
    """The media ranges by descending quality, ``q=0`` left out."""
    weighted = []
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        try:
            weight = float(quality)
        except ValueError:
            weight = 0.0
        if media and weight > 0:
            weighted.append((weight, media))
    return [media for _, media in sorted(weighted, key=lambda pair: -pair[0])]


def wants_image(accept: str) -> bool:
    """Whether a picture is preferred over JSON; ``*/*`` means JSON."""
    first = next(iter(_ranges(accept)), "")
    return first.startswith("image/")


def wanted_image_format(accept: str) -> OutputFormat:
    """The format of the first ``image/...`` that can be written, else ``auto``."""
    by_media = {fmt.media_type: fmt for fmt in OutputFormat if fmt is not OutputFormat.AUTO}
    return next((by_media[m] for m in _ranges(accept) if m in by_media), OutputFormat.AUTO)
