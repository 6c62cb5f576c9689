"""What an AVIF or HEIC is put together from: counted and measured before anything is opened.

A picture may be derived from others (ISO 23008-12): a grid of tiles, an overlay. A tile may be in
it thousands of times and be far larger than the part of it that is seen, and what is derived may
be a part of something else: 12 KiB can ask for minutes of decoding. libheif and libavif bound each
part alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from anime_inference.logic.av1 import coded_pixels
from anime_inference.logic.boxes import boxes, broken, items, number
from anime_shared.errors import PictureTooComplex, PictureTooLarge

# 200 megapixels in tiles of 512 x 512 are 800, and libavif takes the square of their number.
MOST_PARTS: Final = 4000
# At the edges tiles are larger than what is seen of them, and each has room for a gain map.
_ROOM: Final = 3
# Bytes of what tells of so many parts, and more than any colour profile.
_LARGEST_BOX: Final = 2**22
# None of them may be there twice.
_READ: Final = (b"iinf", b"iref", b"iloc", b"iprp", b"idat")
# Where the size of what they make stands in the content of derived items.
_SIZE_AT: Final = {b"grid": 4, b"iovl": 10}
# An HDR photo is derived from a grid of tiles: two.
_DEEPEST: Final = 4


@dataclass(frozen=True, slots=True)
class _Items:
    """Of each item by its number: its parts, pixels as ``ispe`` tells, and its own content."""

    parts: dict[int, list[int]] = field(default_factory=dict)
    pixels: dict[int, int] = field(default_factory=dict)
    places: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    kinds: dict[int, bytes] = field(default_factory=dict)


def check_grids(data: bytes, max_pixels: int) -> None:
    """See that a file of boxes has little more decoded than it shows; others pass.

    Args:
        data: the file.
        max_pixels: of one picture.

    Raises:
        PictureTooComplex: it has more than ``MOST_PARTS`` parts.
        PictureTooLarge: what is decoded for one picture has too many pixels, or it does itself.
        BrokenPicture: its boxes make no sense.
    """
    if data[4:8] != b"ftyp":
        return
    metas = [box for box in boxes(data, 0, len(data)) if box[0] == b"meta"]
    if not metas:
        return
    if len(metas) > 1:
        # Decoders needn't agree which counts.
        raise broken()
    try:
        told = _read(data, *metas[0][1:])
        coded = coded_pixels(data) if b"av01" in told.kinds.values() else {}
        _check_decoded(told, coded, max_pixels)
        for canvas in _canvases(data, told):
            _check_pixels(canvas, max_pixels)
    except IndexError:
        raise broken() from None


def _read(data: bytes, start: int, end: int) -> _Items:
    """What the ``meta`` box tells."""
    told = _Items()
    inside: dict[bytes, tuple[int, int]] = {}
    for kind, begin, stop in boxes(data, start + 4, end):
        if kind not in _READ:
            continue
        if kind in inside:
            raise broken()
        if kind != b"idat" and stop - begin > _LARGEST_BOX:
            _check_parts(MOST_PARTS + 1)
        inside[kind] = begin, stop
    inner = inside.get(b"idat", (0, 0))[0]
    if b"iinf" in inside:
        told.kinds.update(_kinds(data, *inside[b"iinf"]))
        _check_parts(len(told.kinds))
    if b"iref" in inside:
        for item, parts in _references(data, *inside[b"iref"]):
            told.parts.setdefault(item, []).extend(parts)
        _check_parts(sum(map(len, told.parts.values())))
    if b"iloc" in inside:
        told.places.update(items(data, *inside[b"iloc"], inner))
        _check_parts(len(told.places))
    if b"iprp" in inside:
        _read_pixels(data, *inside[b"iprp"], told.pixels)
    return told


def _kinds(data: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    wide = 4 if data[start] else 2
    for kind, begin, _ in boxes(data, start + 4 + wide, end):
        if kind == b"infe":
            of_item = 4 if data[begin] > 2 else 2
            at = begin + 4 + of_item + 2
            yield number(data, begin + 4, of_item), data[at : at + 4]


def _references(data: bytes, start: int, end: int) -> Iterator[tuple[int, list[int]]]:
    wide = 4 if data[start] else 2
    for kind, begin, stop in boxes(data, start + 4, end):
        if kind == b"dimg":
            first = begin + wide + 2
            last = min(stop, first + wide * number(data, begin + wide, 2))
            yield (
                number(data, begin, wide),
                [number(data, at, wide) for at in range(first, last, wide)],
            )


def _read_pixels(data: bytes, start: int, end: int, pixels: dict[int, int]) -> None:
    """Properties stand in one box, and others tell which item has which."""
    sizes: dict[int, int] = {}
    for kind, begin, stop in boxes(data, start, end):
        if kind == b"ipco":
            for index, (name, at, _) in enumerate(boxes(data, begin, stop), len(sizes) + 1):
                is_size = name == b"ispe"
                sizes[index] = number(data, at + 4, 4) * number(data, at + 8, 4) if is_size else 0
        elif kind == b"ipma":
            for count, (item, properties) in enumerate(_associations(data, begin, stop)):
                _check_parts(count)
                largest = max((sizes.get(index, 0) for index in properties), default=0)
                pixels[item] = max(pixels.get(item, 0), largest)


def _associations(data: bytes, start: int, end: int) -> Iterator[tuple[int, list[int]]]:
    of_item = 4 if data[start] else 2
    of_index = 2 if data[start + 3] & 1 else 1
    at = start + 8
    while at < end:
        item, count = number(data, at, of_item), data[at + of_item]
        at += of_item + 1
        # The first bit says that it matters.
        mask = (1 << (8 * of_index - 1)) - 1
        last = at + count * of_index
        yield item, [number(data, i, of_index) & mask for i in range(at, last, of_index)]
        at = last


def _canvases(data: bytes, told: _Items) -> Iterator[int]:
    """Pixels of what the derived items make."""
    for item, places in told.places.items():
        at = _SIZE_AT.get(told.kinds.get(item, b""))
        if at is not None:
            content = b"".join(data[begin : begin + min(size, 32)] for begin, size in places[:32])
            wide = 4 if content[1] & 1 else 2
            yield number(content, at, wide) * number(content, at + wide, wide)


def _check_decoded(told: _Items, coded: Mapping[int, int], max_pixels: int) -> None:
    seen = 0
    for parts in told.parts.values():
        total = 0
        for part in _within(told, parts):
            seen += 1
            _check_parts(seen)
            if part not in told.parts:
                known = max(told.pixels.get(part, 0), coded.get(part, 0))
                total += known or max_pixels
                _check_pixels(total, _ROOM * max_pixels)


def _within(told: _Items, parts: list[int], depth: int = 1) -> Iterator[int]:
    """All that is decoded for ``parts``, each as often as it is there."""
    if depth > _DEEPEST:
        raise broken()
    for part in parts:
        yield part
        yield from _within(told, told.parts.get(part, []), depth + 1)


def _check_parts(count: int) -> None:
    if count > MOST_PARTS:
        raise PictureTooComplex(
            f"image: it is put together from more than {MOST_PARTS} parts",
            field="image",
            limit=MOST_PARTS,
        )


def _check_pixels(pixels: int, max_pixels: int) -> None:
    if pixels > max_pixels:
        raise PictureTooLarge(
            f"image: what it is put together from has more than {max_pixels / 1e6:.1f} megapixels",
            field="image",
            limit=max_pixels,
        )
