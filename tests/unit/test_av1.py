"""The coded size in an AVIF, in every form that its boxes and its sequence header can have."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest

from anime_inference.logic.av1 import coded_sizes
from anime_shared.errors import BrokenPicture

SIZE = (70, 50)
SEQUENCE_HEADER, TEMPORAL_DELIMITER, PADDING = 1, 2, 15
REDUCED = "1" + "01010"


def sequence_header(before_size: str = REDUCED) -> bytes:
    """Of ``SIZE``; ``before_size`` are the bits from ``reduced_still_picture_header`` on."""
    width, height = (side - 1 for side in SIZE)
    bits = f"0001{before_size}{7 - 1:04b}{6 - 1:04b}{width:07b}{height:06b}"
    bits += "1" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))


def unit(kind: int, body: bytes, *, extended: bool = False, sized: bool = True) -> bytes:
    """An OBU (AV1, section 5.3)."""
    head = bytes([kind << 3 | extended << 2 | sized << 1]) + b"\xff" * extended
    return head + (leb128(len(body)) if sized else b"") + body


def leb128(value: int) -> bytes:
    low, high = value & 127, value >> 7
    return bytes([low | 128]) + leb128(high) if high else bytes([low])


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def shortened(made: bytes, count: int) -> bytes:
    """The box with a length that leaves out its last bytes."""
    return struct.pack(">I", len(made) - count) + made[4:]


STREAM = unit(SEQUENCE_HEADER, sequence_header())
# Of a sequence: one chunk, which begins right behind.
CHUNK = box(b"stco", struct.pack(">III", 0, 1, 20))


def table(
    pieces: Sequence[tuple[int, int]], version: int = 0, base: int = 0, *, inner: bool = False
) -> bytes:
    """An ``iloc`` of one item."""
    index = b"\xee" if version else b""
    item = struct.pack(">I" if version == 2 else ">H", 1)
    if version:
        item += struct.pack(">H", int(inner))
    item += struct.pack(">HHH", 0, base, len(pieces))
    item += b"".join(index + struct.pack(">HH", *piece) for piece in pieces)
    head = bytes([version, 0, 0, 0]) + struct.pack(">H", 0x2220 | len(index))
    return box(b"iloc", head + struct.pack(">I" if version == 2 else ">H", 1) + item)


def still(pieces: Sequence[tuple[int, int]], version: int = 0, base: int = 0) -> bytes:
    """Pieces are counted from the first byte of ``STREAM``."""
    length = len(box(b"meta", bytes(4) + table(pieces, version, base))) + 8
    moved = [(at + length - base, size) for at, size in pieces]
    return box(b"meta", bytes(4) + table(moved, version, base)) + box(b"mdat", STREAM)


# Whatever isn't a flag or a count is of ones, so that a bit too few or too many is another size.
TIMING = "1" + "1" * 64
MODEL = "1" + f"{4:05b}" + "1" * 42
POINT = "1" * 12


@pytest.mark.parametrize(
    "bits",
    [
        REDUCED,
        pytest.param("00000000" + POINT + "00111", id="plain"),
        pytest.param("00000000" + POINT + "010001", id="tier"),
        pytest.param("00000010" + (POINT + "00111") * 3, id="three points"),
        pytest.param("0" + TIMING + "00000000" + POINT + "00111", id="timing"),
        pytest.param(
            "0" + TIMING + "100011110000000" + POINT + "00111", id="equal pictures"
        ),
        pytest.param(
            "0" + TIMING + "0" + MODEL + "000001" + POINT + "001110" + POINT + "001111"
            + "1" * 11,
            id="decoder model",
        ),
        pytest.param(
            "00100001" + POINT + "001110" + POINT + "0011111111", id="delay"
        ),
    ],
)  # fmt: skip
def test_a_sequence_header_is_read_over_whatever_it_may_carry(bits: str) -> None:
    data = CHUNK + unit(SEQUENCE_HEADER, sequence_header(bits))
    assert list(coded_sizes(data)) == [SIZE]


@pytest.mark.parametrize(
    "stream",
    [
        unit(TEMPORAL_DELIMITER, b"") + STREAM,
        unit(PADDING, b"\xaa" * 300) + STREAM,
        unit(SEQUENCE_HEADER, sequence_header(), extended=True),
        unit(TEMPORAL_DELIMITER, b"", extended=True) + STREAM,
        unit(SEQUENCE_HEADER, sequence_header(), sized=False),
    ],
)
def test_the_header_is_found_among_the_units(stream: bytes) -> None:
    data = CHUNK + stream
    assert list(coded_sizes(data)) == [SIZE]


def test_each_header_of_a_stream_is_told() -> None:
    data = CHUNK + STREAM + STREAM
    assert list(coded_sizes(data)) == [SIZE, SIZE]


def test_a_unit_of_no_length_ends_the_stream() -> None:
    rest = unit(PADDING, STREAM, sized=False)
    data = CHUNK + rest
    assert list(coded_sizes(data)) == []


@pytest.mark.parametrize(
    "pieces",
    [
        [(0, len(STREAM))],
        [(0, 3), (3, len(STREAM) - 3)],
        # No length means the rest.
        [(0, 0)],
    ],
)
@pytest.mark.parametrize("version", [0, 1, 2])
@pytest.mark.parametrize("base", [0, 9])
def test_an_item_is_found_in_its_pieces(
    pieces: list[tuple[int, int]], version: int, base: int
) -> None:
    assert list(coded_sizes(still(pieces, version, base))) == [SIZE]


@pytest.mark.parametrize("version", [1, 2])
def test_an_item_may_lie_inside_of_the_meta_box(version: int) -> None:
    item = table([(2, len(STREAM))], version, inner=True)
    meta = box(b"meta", bytes(4) + item + box(b"idat", b"\0\0" + STREAM))
    assert list(coded_sizes(meta)) == [SIZE]


@pytest.mark.parametrize(("kind", "form"), [(b"stco", ">II"), (b"co64", ">QQ")])
def test_chunks_of_a_sequence_are_found_at_any_depth(kind: bytes, form: str) -> None:
    places = bytes(4) + struct.pack(">I", 2) + struct.pack(form, 0, 0)
    depth = 8 * 6 + len(places)
    first, second = depth + 8, depth + 8 + len(STREAM)
    found = box(kind, bytes(4) + struct.pack(">I", 2) + struct.pack(form, first, second))
    for outer in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        found = box(outer, found)
    assert len(found) == depth
    # The first chunk goes on to the end, and so to the second.
    assert list(coded_sizes(found + box(b"mdat", STREAM + STREAM))) == [SIZE] * 3


def test_lengths_of_boxes_may_be_wide_or_left_out() -> None:
    places = struct.pack(">III", 0, 1, 16 + 20)
    wide = struct.pack(">I", 1) + b"free" + struct.pack(">Q", 16)
    assert list(coded_sizes(wide + box(b"stco", places) + STREAM)) == [SIZE]
    endless = struct.pack(">I", 0) + b"stco" + struct.pack(">III", 0, 1, 20) + STREAM
    assert list(coded_sizes(endless)) == [SIZE]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(struct.pack(">I", 7) + b"free", id="a box shorter than its head"),
        pytest.param(struct.pack(">I", 1) + b"free" + struct.pack(">Q", 15), id="likewise, wide"),
        pytest.param(
            box(b"stco", struct.pack(">II", 0, 10_001) + bytes(40_004)), id="too many chunks"
        ),
        pytest.param(box(b"stco", struct.pack(">III", 0, 2, 20)), id="chunks that aren't there"),
        pytest.param(box(b"iloc", b""), id="an empty table"),
        pytest.param(shortened(table([(0, 1)] * 9), 4), id="a table that reaches out"),
        pytest.param(still([(0, 500)]), id="a piece longer than the file"),
        pytest.param(CHUNK + STREAM[:4], id="half a sequence header"),
        pytest.param(
            CHUNK + b"\x0a" + b"\x80" * 8 + b"\0",
            id="a length that doesn't end",
        ),
        pytest.param(CHUNK + b"\x0a\x80", id="half a length"),
    ],
)
def test_boxes_that_make_no_sense_are_damage(data: bytes) -> None:
    with pytest.raises(BrokenPicture) as raised:
        list(coded_sizes(data))
    assert raised.value.field == "image"


def test_as_many_chunks_as_may_be_are_followed() -> None:
    count = 10_000
    end = 16 + 4 * count
    data = box(b"stco", struct.pack(">II", 0, count) + struct.pack(">I", end) * count) + STREAM
    assert list(coded_sizes(data)) == [SIZE] * count
