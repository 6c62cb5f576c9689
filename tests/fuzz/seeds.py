"""What fuzzing begins with: small files of every format that is read, bodies, requests."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from tests.attacks.grids import grid
from tests.clips import KINDS, clip_of, moving
from tests.pictures import file_of, gradient

pillow_heif.register_heif_opener()
_FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF")


def pictures() -> Iterator[bytes]:
    """Whole ones, and each of them cut short."""
    for data in _whole_pictures():
        yield data
        yield data[: len(data) // 2]


def _whole_pictures() -> Iterator[bytes]:
    image = Image.fromarray(gradient(16, 16))
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "words"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for fmt in _FORMATS:
        yield file_of(image, fmt)
        if fmt != "GIF":
            yield file_of(image, fmt, exif=exif.tobytes(), icc_profile=profile)
    for kind in KINDS:
        yield clip_of(moving(3, 24, 32, step=2), kind, loop=0)
    yield file_of(image, "JPEG", progressive=True)
    yield file_of(image.convert("CMYK"), "JPEG")
    yield file_of(image, "AVIF", save_all=True, append_images=[image.rotate(90)])
    yield grid("AVIF", tile=16, across=2, down=2, output=32)
    yield grid("HEIF", tile=64, across=2, down=2, output=128)
    wide = np.linspace(0, 65_535, 256).reshape(16, 16).astype(np.uint16)
    yield file_of(Image.fromarray(wide), "PNG")
    for mode in ("1", "L", "LA", "P", "RGBA"):
        yield file_of(image.convert(mode), "PNG")


def forms() -> Iterator[bytes]:
    """A ``Content-Type``, a line end, and a body of that type."""
    kind = b"multipart/form-data; boundary=x"
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    for picture in (file_of(gradient(16, 16)), b"", b"hello"):
        body = part % (b"image", b'; filename="a.png"', picture)
        yield kind + b"\n" + body + b"--x--\r\n"
        for name, value in ((b"style", b"hayao"), (b"strength", b"0.5"), (b"max_side", b"32")):
            yield kind + b"; charset=utf-8\n" + body + part % (name, b"", value) + b"--x--\r\n"
    yield b"application/x-www-form-urlencoded\nimage=a&style=hayao&strength=%00"


def requests() -> Iterator[bytes]:
    """Method and path, an idempotency key, and a body, a line each."""
    upload = b'{"file_name": "a.png", "size": 5, "content_type": "image/png"}'
    job = b'{"upload_id": "x", "style": "hayao", "webhook_url": "https://hooks.example/a"}'
    yield b"POST /api/v1/uploads\n\n" + upload
    yield b"POST /api/v1/jobs\nkey\n" + job
    yield b'POST /api/v1/batches\nkey\n{"upload_ids": ["x", "y"], "strength": 0.5}'
    for line in (b"GET /api/v1/jobs/x?wait=0&known=y", b"DELETE /api/v1/jobs/x", b"GET /docs",
                 b"GET /api/v1/batches/x", b"GET /storage/x.y", b"GET /css/page.css"):  # fmt: skip
        yield line + b"\n\n"
    yield b"PUT /storage/x.y\n\nhello"


def corpus_of(target: str) -> list[bytes]:
    """The seeds of a target, by its name."""
    seeds = {"decode": pictures, "multipart": forms, "json": requests}[target]
    return [*seeds()]


def with_right_checksums(data: bytes) -> bytes:
    """A PNG whose chunks are what they say; else the decoder looks at few of them."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    out, at = io.BytesIO(), 8
    out.write(data[:8])
    while at + 12 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        out.write(data[at:end])
        out.write(zlib.crc32(data[at + 4 : end]).to_bytes(4, "big"))
        at = end + 4
    out.write(data[at:])
    return out.getvalue()
