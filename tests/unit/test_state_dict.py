"""Published weights are read without running anything that they say."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anime_inference.adapters.state_dict import UnsafeWeightsError, read_state_dict

DATA = Path(__file__).parent.parent / "data"


@pytest.mark.parametrize("name", ["tiny_zip.pt", "tiny_legacy.pt"])
def test_files_that_torch_wrote(name: str) -> None:
    found = read_state_dict((DATA / name).read_bytes())
    base = np.arange(24, dtype=np.float32).reshape(4, 6)
    assert list(found) == ["first", "transposed", "half", "nothing_more"]
    np.testing.assert_array_equal(found["first"], base)
    np.testing.assert_array_equal(found["transposed"], base.T[1:3])
    np.testing.assert_array_equal(found["half"], [0.5, -2.0])
    assert found["nothing_more"] == 7
    assert all(values.dtype == np.float32 for values in found.values())


def test_npz() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, weight=np.ones((2, 3)))
    np.testing.assert_array_equal(read_state_dict(buffer.getvalue())["weight"], np.ones((2, 3)))


class _Harm:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.target,))


def in_zip(payload: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", payload)
    return buffer.getvalue()


@pytest.mark.parametrize("wrap", [in_zip, bytes])
def test_a_pickle_that_calls_something_is_refused(tmp_path: Path, wrap: type[bytes]) -> None:
    target = tmp_path / "harmed"
    with pytest.raises(UnsafeWeightsError, match="which no state dict needs"):
        read_state_dict(wrap(pickle.dumps(_Harm(target))))
    assert not target.exists()


@pytest.mark.parametrize(
    "found", [{"weight": 7}, ["weight"], {7: "weight"}, "weight", {"state_dict": [1]}]
)
def test_something_else_than_tensors_is_refused(found: object) -> None:
    with pytest.raises(UnsafeWeightsError, match="something else than tensors"):
        read_state_dict(in_zip(pickle.dumps(found)))


def test_an_npz_with_a_pickle_is_refused() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, weight=np.array([object()], dtype=object))
    with pytest.raises(UnsafeWeightsError):
        read_state_dict(buffer.getvalue())


def test_a_zip_bomb_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\0" * (65 * 2**20))
    with pytest.raises(UnsafeWeightsError, match="64 MiB"):
        read_state_dict(buffer.getvalue())


@pytest.mark.parametrize("name", ["tiny_zip.pt", "tiny_legacy.pt"])
@given(at=st.floats(0, 0.999), noise=st.binary(min_size=1, max_size=8))
def test_damage_gives_arrays_or_the_one_error(name: str, at: float, noise: bytes) -> None:
    data = bytearray((DATA / name).read_bytes())
    place = int(at * len(data))
    data[place : place + len(noise)] = noise
    try:
        found = read_state_dict(bytes(data))
    except UnsafeWeightsError:
        return
    assert all(values.dtype == np.float32 for values in found.values())


@pytest.mark.parametrize("name", ["tiny_zip.pt", "tiny_legacy.pt"])
def test_a_cut_file_is_refused(name: str) -> None:
    data = (DATA / name).read_bytes()
    for length in range(0, len(data) - 8, 37):
        with pytest.raises(UnsafeWeightsError):
            read_state_dict(data[:length])
