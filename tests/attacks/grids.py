"""AVIF and HEIC that are put together from tiles by their boxes (ISO 23008-12, ``grid``)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from PIL import Image

from tests.pictures import file_of

_CONTAINERS: Final = {b"meta": 12, b"iprp": 8, b"ipco": 8}
_FAST: Final[dict[str, dict[str, Any]]] = {
    "AVIF": {"speed": 10},
    "HEIF": {"preset": "ultrafast"},
}


def grid(
    fmt: str,
    *,
    tile: int,
    across: int,
    down: int,
    output: int,
    says: int | None = None,
    tile_says: int | None = None,
    items: int | None = None,
    depth: int = 1,
) -> bytes:
    """One picture of ``across`` x ``down`` tiles that all are the same bytes.

    Args:
        fmt: ``AVIF`` or ``HEIF``.
        tile: side of what is coded, in pixels.
        across: tiles in a row; at most 256.
        down: rows; at most 256.
        output: side of the picture that the grid makes.
        says: side that the picture's ``ispe`` tells, if another.
        tile_says: side that the tiles' ``ispe`` tells, if another than is coded.
        items: of how many items the tiles are taken in turn; each has its own, if not told.
        depth: how many grids lie in each other; each but the innermost is the next one's tiles.
    """
    made = file_of(Image.new("RGB", (tile, tile), "red"), fmt, quality=1, **_FAST[fmt])
    boxes = list(_boxes(made, 0, len(made)))
    kind = b"av01" if fmt == "AVIF" else b"hvc1"
    kept = [box for name, box in boxes if name in (b"av1C", b"hvcC", b"pixi", b"colr")]
    coded = _coded(made, next(box for name, box in boxes if name == b"iloc"))
    count = across * down
    grids, tiles = range(1, depth + 1), range(depth + 1, depth + 1 + (items or count))
    parts = {item: [item + 1] * count for item in grids}
    parts[depth] = [tiles[index % len(tiles)] for index in range(count)]

    properties = [*kept, _ispe(tile_says or tile), _ispe(says or output)]
    layout = struct.pack(">BBBBII", 0, 1, down - 1, across - 1, output, output)
    kinds = dict.fromkeys(grids, b"grid") | dict.fromkeys(tiles, kind)
    of_tile = [*range(1, len(properties))]
    of = {item: [len(properties)] for item in grids} | dict.fromkeys(tiles, of_tile)

    def meta(at: int) -> bytes:
        return _full(
            b"meta",
            _full(b"hdlr", bytes(4) + b"pict" + bytes(13))
            + _full(b"pitm", struct.pack(">H", grids[0]))
            + _iloc(
                {item: (1, 0, len(layout)) for item in grids}
                | {item: (0, at, len(coded)) for item in tiles}
            )
            + _iinf(kinds)
            + _full(b"iref", b"".join(_dimg(item, parts[item]) for item in grids))
            + _box(b"iprp", _box(b"ipco", b"".join(properties)) + _ipma(of))
            + _box(b"idat", layout),
        )

    head = next(box for name, box in boxes if name == b"ftyp")
    at = len(head) + len(meta(0)) + 8
    # Together the tiles claim no more than the file has.
    rest = bytes(len(coded) * len(tiles))
    return head + meta(at) + _box(b"mdat", coded) + _box(b"free", rest)


def endless(kind: bytes, size: int) -> bytes:
    """An AVIF with a box of so many bytes, which it fills with the smallest that may be in it."""
    empty = _box(b"free", b"") * (size // 8)
    head = _box(b"ftyp", b"avif" + bytes(4) + b"avifmif1miaf")
    if kind == b"free":
        return head + empty
    content = {
        b"iloc": b"\x02\0\0\0\0\0" + b"\xff" * 4 + bytes(size),
        b"iinf": b"\x01\0\0\0" + b"\xff" * 4 + empty,
        b"iref": bytes(4) + _dimg(1, [1] * 65_535) * (size // 131_000),
        b"ipma": bytes(4) + b"\xff" * 4 + bytes(size),
        b"ipco": empty,
    }[kind]
    box = _box(kind, content)
    return head + _full(b"meta", _box(b"iprp", box) if kind in {b"ipma", b"ipco"} else box)


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, body: bytes, version: int = 0) -> bytes:
    return _box(kind, bytes([version, 0, 0, 0]) + body)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    while start < end:
        length, kind = struct.unpack_from(">I4s", data, start)
        yield kind, data[start : start + length]
        if kind in _CONTAINERS:
            yield from _boxes(data, start + _CONTAINERS[kind], start + length)
        start += length


def _coded(data: bytes, iloc: bytes) -> bytes:
    """The bytes of the first item, which Pillow and pillow-heif write in one piece."""
    sizes = iloc[12]
    assert sizes == 0x44, hex(sizes)
    at = 12 + 2 + 2 + 2 + (2 if iloc[8] else 0) + 2
    base = iloc[13] >> 4
    (pieces,) = struct.unpack_from(">H", iloc, at + base)
    assert pieces == 1, pieces
    offset, length = struct.unpack_from(">II", iloc, at + base + 2)
    offset += int.from_bytes(iloc[at : at + base], "big")
    return data[offset : offset + length]


def _ispe(side: int) -> bytes:
    return _full(b"ispe", struct.pack(">II", side, side))


def _iinf(kinds: dict[int, bytes]) -> bytes:
    entries = (
        _full(b"infe", struct.pack(">HH", item, 0) + kind + b"\0", version=2)
        for item, kind in kinds.items()
    )
    return _full(b"iinf", struct.pack(">H", len(kinds)) + b"".join(entries))


def _iloc(places: dict[int, tuple[int, int, int]]) -> bytes:
    """Of each item: whether it lies in ``idat``, its offset and its length."""
    body = struct.pack(">BBH", 0x44, 0, len(places))
    for item, (inside, at, length) in places.items():
        body += struct.pack(">HHHHII", item, inside, 0, 1, at, length)
    return _full(b"iloc", body, version=1)


def _dimg(item: int, parts: list[int]) -> bytes:
    return _box(b"dimg", struct.pack(f">HH{len(parts)}H", item, len(parts), *parts))


def _ipma(properties: dict[int, list[int]]) -> bytes:
    body = struct.pack(">I", len(properties))
    for item, indices in properties.items():
        body += struct.pack(">HB", item, len(indices)) + bytes(0x80 | index for index in indices)
    return _full(b"ipma", body)
