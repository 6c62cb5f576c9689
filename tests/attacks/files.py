"""Files that are built to do harm."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pillow_heif
from PIL import Image

from tests.attacks.grids import grid
from tests.pictures import file_of, png_bomb

pillow_heif.register_heif_opener()
# Stands in files that are more than a picture; no answer may carry it.
MARKER: Final = b"<script>alert('anime-marker')</script>"
_MEBIBYTE: Final = 2**20
_GIF_FRAME: Final = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file, and what may be answered to it.

    Attributes:
        name: what it is.
        data: its bytes.
        answers: the codes of problems that are right; "picture": it is painted.
    """

    name: str
    data: bytes
    answers: tuple[str, ...]


def bad_files() -> Iterator[BadFile]:
    """All of them, for the default budgets."""
    broken, large, complex_ = "broken-picture", "picture-too-large", "picture-too-complex"
    yield BadFile("PNG of 50000 x 50000 in 100 KB", png_bomb(50_000, 50_000), (large,))
    yield BadFile("PNG with 1 GiB behind its pixels", png_with_more_pixels(), ("picture",))
    for kind in (b"zTXt", b"iTXt", b"iCCP"):
        yield BadFile(f"PNG with 1 GiB in {kind.decode()}", png_with_packed(kind), (broken,))
    yield BadFile("PNG with 4000 texts of 1 MiB", png_with_texts(4000), (broken,))
    yield BadFile("PNG of 2.5 million chunks", png_of_chunks(2_500_000), (complex_,))
    yield BadFile("JPEG of 1500 scans", jpeg_of_scans(1500, 2000), (complex_,))
    yield BadFile("JPEG, 4 MiB of EXIF that overlaps", jpeg_with_exif(4 * _MEBIBYTE), ("picture",))
    yield BadFile("PNG, 4 MiB of EXIF that overlaps", png_with_exif(4 * _MEBIBYTE), ("picture",))
    yield BadFile("JPEG with a wrong ICC profile", jpeg_with_profile(), ("picture",))
    yield BadFile("GIF of 100000 frames", gif_of(100_000), ("clip-too-long",))
    yield BadFile("GIF of 30 MiB in blocks of 1 byte", gif_of_blocks(), (complex_,))
    yield BadFile("GIF of 31 MiB of rubbish", gif_of_rubbish(), (complex_,))
    yield BadFile("GIF of 65535 x 65535 in 35 bytes", gif_of(1, 65_535), (large,))
    yield BadFile("GIF whose frame reaches far out", gif_reaching_out(), (large,))
    yield BadFile("GIF that clears 4 gigapixels", gif_clearing(), (large,))
    yield BadFile("WebP of 16383 x 16383 in 100 bytes", webp_of(16_383, 1), (large,))
    yield BadFile("WebP of 60000 frames", webp_of(16, 60_000), ("clip-too-long",))
    yield BadFile("AVIF of 7100 x 7100 that says 64 x 64", lying("AVIF", 7100), (large,))
    yield BadFile("HEIC of 7100 x 7100 that says 64 x 64", lying("HEIF", 7100), (broken, large))
    yield BadFile(
        "AVIF whose pieces overlap", avif_of_overlapping_pieces(), (broken, "not-a-picture")
    )
    yield from of_tiles()
    yield from polyglots()


def of_tiles() -> Iterator[BadFile]:
    """Pictures that are put together from far more than they show."""
    large, complex_ = ("picture-too-large",), ("picture-too-complex",)
    for name, fmt in (("AVIF", "AVIF"), ("HEIC", "HEIF")):
        repeated = grid(fmt, tile=7000, across=30, down=30, output=64, items=1)
        yield BadFile(f"{name} of 64 x 64 in 900 times one tile of 7000 x 7000", repeated, large)
        many = grid(fmt, tile=64, across=110, down=110, output=7040)
        yield BadFile(f"{name} of 7040 x 7040 in 12100 tiles", many, complex_)
        lies = grid(fmt, tile=7000, across=4, down=4, output=28_000, says=64)
        yield BadFile(f"{name} grid of 28000 x 28000 that says 64 x 64", lies, large)
    # libavif takes each tile once, and shrinks it to what it says of itself.
    shrunk = grid("AVIF", tile=7000, across=30, down=30, output=1920, tile_says=64)
    yield BadFile("AVIF in 900 tiles of 7000 x 7000 that say 64 x 64", shrunk, large)


def polyglots() -> Iterator[BadFile]:
    """Pictures that are something else, too."""
    page = b"<html>" + MARKER
    gif = file_of(Image.new("RGB", (64, 64)), "GIF", comment=page)
    yield BadFile("GIF that is a page, too", gif, ("picture",))
    yield BadFile("PNG that is a page, too", _png(_chunk(b"tEXt", b"a\0" + page)), ("picture",))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("page.html", page)
    jpeg = file_of(Image.new("RGB", (64, 64)), "JPEG", comment=page)
    yield BadFile("JPEG that is a zip, too", jpeg + archive.getvalue(), ("picture",))
    yield BadFile("page that names itself JPEG", page, ("not-a-picture",))
    vector = b'<svg xmlns="http://www.w3.org/2000/svg">' + MARKER + b"</svg>"
    yield BadFile("SVG with a script", vector, ("not-a-picture",))


def png_with_more_pixels() -> bytes:
    """64 x 64, and a gigabyte of zeros packed where its pixels lie."""
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    chunks = _chunk(b"IHDR", header) + _chunk(b"IDAT", _packed(2**30)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def png_with_packed(kind: bytes, size: int = 2**30) -> bytes:
    """So many bytes in a packed chunk of text, or of a colour profile."""
    head = b"a\0\1\0\0\0" if kind == b"iTXt" else b"a\0\0"
    return _png(_chunk(kind, head + _packed(size)))


def png_with_texts(count: int) -> bytes:
    """So many texts, each as long as one may be."""
    text = _packed(_MEBIBYTE)
    return _png(*(_chunk(b"zTXt", b"a%d\0\0" % index + text) for index in range(count)))


def png_of_chunks(count: int) -> bytes:
    """So many empty chunks before the pixels."""
    return _png(_chunk(b"prVt", b"") * count)


def jpeg_of_scans(count: int, side: int) -> bytes:
    """A progressive JPEG that goes over its last coefficients so many times."""
    data = file_of(Image.new("RGB", (side, side), "red"), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:-2] + data[at:-2] * count + b"\xff\xd9"


def jpeg_with_exif(size: int) -> bytes:
    """Metadata of 20000 tags, each of which claims all of its bytes."""
    exif = _overlapping_exif(size)
    pieces = (b"Exif\0\0" + exif[at : at + 65_000] for at in range(0, size, 65_000))
    segments = b"".join(b"\xff\xe1" + struct.pack(">H", len(p) + 2) + p for p in pieces)
    data = file_of(Image.new("RGB", (64, 64)), "JPEG")
    return data[:2] + segments + data[2:]


def png_with_exif(size: int) -> bytes:
    """Likewise."""
    return _png(_chunk(b"eXIf", _overlapping_exif(size)))


def jpeg_with_profile() -> bytes:
    """A profile whose header claims tables that aren't there."""
    profile = struct.pack(">I", 2**31) + b"lcms" + bytes(28) + b"acsp" + bytes(88)
    profile += struct.pack(">I", 100) + b"".join(
        struct.pack(">4sII", b"A2B0", 2**31 - 1, 2**31 - 1) for _ in range(100)
    )
    return file_of(Image.new("RGB", (64, 64)), "JPEG", icc_profile=profile)


def gif_of(frames: int, side: int = 64) -> bytes:
    """So many frames of one pixel, on a canvas that may be large."""
    return _gif_head(side) + _GIF_FRAME * frames + b";"


def gif_of_blocks() -> bytes:
    """A comment in the smallest blocks that there are."""
    return _gif_head(64) + b"!\xfe" + b"\x01\x01" * (15 * _MEBIBYTE) + b"\0" + _GIF_FRAME + b";"


def gif_of_rubbish() -> bytes:
    """Bytes that decoders pass over, one by one."""
    return _gif_head(64) + b"\x01" * (31 * _MEBIBYTE) + _GIF_FRAME + b";"


def gif_reaching_out() -> bytes:
    """A small canvas, and a frame that makes it large."""
    place = struct.pack("<HHHHB", 60_000, 60_000, 5_000, 5_000, 0)
    return _gif_head(64) + b"," + place + b"\x02\x02\x4c\x01\x00;"


def gif_hiding(empty: bytes) -> bytes:
    """The frame of `gif_clearing`, behind an extension that some readers take to be longer."""
    whole = gif_clearing()
    at = len(_gif_head(64))
    shown = b"," + struct.pack("<HHHHB", 0, 0, 8, 8, 0) + b"\x02"
    hidden = bytes([len(shown)]) + shown + b"\0"
    return whole[:at] + empty + hidden + whole[at:]


def gif_clearing() -> bytes:
    """A frame larger than any, whose place is to be cleared when its time is over."""
    clear = b"!\xf9\x04\x08\0\0\0\0"
    place = struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0)
    return _gif_head(64) + clear + b"," + place + b"\x02\x02\x4c\x01\x00;"


def webp_of(side: int, frames: int) -> bytes:
    """An animated WebP of frames of 16 x 16 on a canvas that may be large."""
    still = file_of(Image.new("RGB", (16, 16)), "WEBP")[12:]
    canvas = (side - 1).to_bytes(3, "little") * 2
    frame = bytes(6) + (15).to_bytes(3, "little") * 2 + bytes(4) + still
    body = (
        b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas
        + b"ANIM" + struct.pack("<I", 6) + bytes(6)
        + (b"ANMF" + struct.pack("<I", len(frame)) + frame) * frames
    )  # fmt: skip
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lying(fmt: str, side: int, says: int = 64) -> bytes:
    """An AVIF or HEIC of ``side`` x ``side`` pixels whose boxes say ``says`` x ``says``."""
    fast: dict[str, Any] = {"speed": 10} if fmt == "AVIF" else {"preset": "ultrafast"}
    data = bytearray(file_of(Image.new("RGB", (side, side), "red"), fmt, quality=1, **fast))
    at = 0
    while (at := data.find(b"ispe", at)) >= 0:
        data[at + 8 : at + 16] = struct.pack(">II", says, says)
        at += 16
    return bytes(data)


def avif_of_overlapping_pieces() -> bytes:
    """A photo in 60000 pieces, each of which is the whole file."""
    data = file_of(Image.new("RGB", (64, 64)), "AVIF") + bytes(_MEBIBYTE)
    at = data.index(b"iloc") - 4
    piece = struct.pack(">II", 0, len(data))
    iloc = b"iloc" + b"\0\0\0\0\x44\0" + struct.pack(">HHHH", 1, 1, 0, 60_000) + piece * 60_000
    box = struct.pack(">I", len(iloc) + 4) + iloc
    old = int.from_bytes(data[at : at + 4], "big")
    meta = data.index(b"meta") - 4
    grown = int.from_bytes(data[meta : meta + 4], "big") + len(box) - old
    return data[:meta] + struct.pack(">I", grown) + data[meta + 4 : at] + box + data[at + old :]


def _gif_head(side: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6)


def _packed(size: int) -> bytes:
    packer = zlib.compressobj(9)
    zeros = bytes(min(size, _MEBIBYTE))
    return b"".join(packer.compress(zeros) for _ in range(size // len(zeros))) + packer.flush()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(*before_pixels: bytes) -> bytes:
    data = file_of(Image.new("RGB", (64, 64), "red"), "PNG")
    return data[:33] + b"".join(before_pixels) + data[33:]


def _overlapping_exif(size: int) -> bytes:
    count = min(20_000, size // 16)
    tags = b"".join(struct.pack("<HHLL", tag, 7, size, 0) for tag in range(1, count + 1))
    body = b"II*\0" + struct.pack("<IH", 8, count) + tags + bytes(4)
    return body + bytes(size - len(body))
