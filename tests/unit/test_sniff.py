"""What a file is, by its first bytes."""

from __future__ import annotations

import struct

import pytest

from anime_shared.sniff import HEAD_BYTES, content_type_of, fits


def iso(major: bytes, *compatible: bytes) -> bytes:
    """The first box of an ISO 14496-12 file, and what may follow it."""
    body = b"ftyp" + major + bytes(4) + b"".join(compatible)
    return struct.pack(">I", len(body) + 4) + body + b"avif" * 20


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\xff\xd8\0", None),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\x89PNG\n\x1a\n", None),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"GIF88a", None),
        (b"RIFF1234WEBP", "image/webp"),
        (b"RIFF1234WAVE", None),
        (b"RIFX1234WEBP", None),
        (iso(b"avif"), "image/avif"),
        (iso(b"avis"), "image/avif"),
        (iso(b"heic"), "image/heic"),
        (iso(b"mif1"), "image/heif"),
        (iso(b"mif1", b"miaf", b"heix"), "image/heic"),
        (iso(b"heic", b"mif1", b"avif"), "image/avif"),
        # What follows the box is none of its brands, and the version is no brand.
        (iso(b"isom"), None),
        (iso(b"isom", b"mp42"), None),
        (b"\0\0\0\x10ftypisomavif", None),
        (b"\0\0\0\x14ftyqavif", None),
        (b"", None),
    ],
)
def test_what_a_file_is(head: bytes, found: str | None) -> None:
    assert content_type_of(head) == found


def test_brands_are_looked_for_in_the_head_alone() -> None:
    others = [b"mp%02d" % number for number in range((HEAD_BYTES - 16) // 4)]
    assert content_type_of(iso(b"isom", *others[1:], b"avif")) == "image/avif"
    assert content_type_of(iso(b"isom", *others, b"avif")) is None


@pytest.mark.parametrize(
    ("declared", "found", "well"),
    [
        ("image/png", "image/png", True),
        ("image/png", "image/jpeg", False),
        ("image/heic", "image/heif", True),
        ("image/heif", "image/heic", True),
        ("image/heic", "image/avif", False),
        ("image/avif", "image/heif", False),
    ],
)
def test_what_may_be_announced_as_what(declared: str, found: str, *, well: bool) -> None:
    assert fits(declared, found) is well
