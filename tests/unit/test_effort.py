"""What may keep a decoder busy is counted over the blocks of the file."""

from __future__ import annotations

import struct

import pytest

from anime_inference.logic.effort import MOST_CHUNKS, MOST_SCANS, check_effort
from anime_shared.errors import PictureTooComplex

SCAN = b"\xff\xda\0\x02"
CHUNK = struct.pack(">I4sI", 0, b"tEXt", 0)


def jpeg(segments: bytes) -> bytes:
    return b"\xff\xd8" + segments + b"\xff\xd9"


def png(chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize(
    ("most", "more", "limit"),
    [
        (jpeg(SCAN * MOST_SCANS), jpeg(SCAN * (MOST_SCANS + 1)), MOST_SCANS),
        (png(CHUNK * MOST_CHUNKS), png(CHUNK * (MOST_CHUNKS + 1)), MOST_CHUNKS),
    ],
    ids=["scans", "chunks"],
)
def test_as_much_as_the_limit_is_taken_and_no_more(most: bytes, more: bytes, limit: int) -> None:
    check_effort(most)
    with pytest.raises(PictureTooComplex) as raised:
        check_effort(more)
    assert (raised.value.field, raised.value.limit) == ("image", limit)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(b"\xff\x01", id="a mark without a length"),
        pytest.param(b"\xff\xd8", id="a second beginning"),
        pytest.param(b"\xff\xe1\0\x06" + SCAN, id="a segment that looks like a scan inside"),
        pytest.param(b"\xff\xff\xff\xe1\0\x02", id="marks with filling before them"),
        pytest.param(SCAN + b"ab\xff\0\xff\xd0cd", id="coded pixels with restarts"),
    ],
)
def test_scans_are_counted_behind_whatever_stands_before_them(before: bytes) -> None:
    free = MOST_SCANS - before.startswith(SCAN)
    check_effort(jpeg(before + SCAN * free))
    with pytest.raises(PictureTooComplex):
        check_effort(jpeg(before + SCAN * (free + 1)))


def test_what_a_chunk_holds_is_no_chunk() -> None:
    inside = CHUNK * 10
    longer = struct.pack(">I4s", len(inside), b"tEXt") + inside + bytes(4)
    check_effort(png(longer + CHUNK * (MOST_CHUNKS - 1)))


def test_bytes_behind_the_end_of_a_jpeg_are_not_its_own() -> None:
    check_effort(jpeg(b"") + SCAN * (MOST_SCANS + 1))


@pytest.mark.parametrize("data", [b"", b"GIF89a" + SCAN * 200, b"\xff\xd9" + SCAN * 200])
def test_other_files_are_left_to_others(data: bytes) -> None:
    check_effort(data)
