"""What fuzzing begins with holds, and what it looks for would be found."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from anime_inference.logic import decode as decoding
from anime_web.entry.http import uploads
from tests.fuzz.seeds import corpus_of, requests
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_holds(target: str) -> None:
    corpus = corpus_of(target)
    assert len(corpus) > 8
    for seed in corpus:
        TARGETS[target](seed)


def damaged(target: str) -> Iterator[bytes]:
    random = np.random.default_rng(0)
    for seed in corpus_of(target):
        for _ in range(8):
            data = bytearray(seed)
            for at in random.integers(0, len(data), 4):
                data[at] = random.integers(0, 256)
            yield bytes(data)


@pytest.mark.parametrize("target", TARGETS)
def test_damaged_seeds_hold(target: str) -> None:
    some = list(damaged(target))
    assert len(some) > 64
    for data in some:
        TARGETS[target](data)


def test_an_untyped_error_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(decoding, "check_bytes", broken)
    with pytest.raises(RuntimeError):
        TARGETS["decode"](b"GIF")
    monkeypatch.setattr(uploads, "make_upload", broken)
    with pytest.raises(AssertionError):
        TARGETS["json"](next(requests()))
