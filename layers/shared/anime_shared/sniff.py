"""Which picture format bytes begin with."""

from __future__ import annotations

from typing import Final

# As many bytes as `content_type_of` looks at.
HEAD_BYTES: Final = 64
_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
# Brands of ISO 14496-12 files, the more telling ones first.
_BRANDS: Final = (
    ({b"avif", b"avis"}, "image/avif"),
    ({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}, "image/heic"),
    ({b"mif1", b"msf1"}, "image/heif"),
)


def content_type_of(head: bytes) -> str | None:
    """The media type of a file that begins so; ``None`` if it is no picture of a known format."""
    for magic, content_type in _MAGIC:
        if head.startswith(magic):
            return content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        # The major brand, then (after a version) the compatible ones.
        end = min(int.from_bytes(head[:4], "big"), HEAD_BYTES)
        brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
        return next((content_type for known, content_type in _BRANDS if brands & known), None)
    return None


def fits(declared: str, found: str) -> bool:
    """Whether a file of type ``found`` may be announced as ``declared``."""
    # HEIC is HEIF with one of its codecs, and both names are in use for the same files.
    heif = ("image/heic", "image/heif")
    return declared == found or (declared in heif and found in heif)
