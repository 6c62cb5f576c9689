"""Published weights to numpy arrays, without torch and without running any code of theirs.

A ``.pt`` file is a pickle, which can call any function when read. :class:`_Restricted` knows the
handful of names that a state dict is made of and refuses all others.
Format: https://docs.pytorch.org/docs/stable/notes/serialization.html
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

StateDict: TypeAlias = dict[str, NDArray[np.float32]]

_MAX_BYTES = 64 * 2**20
_ZIP_MAGIC = b"PK\x03\x04"
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_STORAGES = {"FloatStorage": "<f4", "HalfStorage": "<f2", "DoubleStorage": "<f8"}


class UnsafeWeightsError(ValueError):
    """The file isn't a plain state dict of float tensors."""


class _Storage:
    """Flat numbers; ``values`` may arrive after the tensors that view them (older format)."""

    def __init__(self, dtype: str, numel: int) -> None:
        self.dtype = np.dtype(dtype)
        self.numel = numel
        self.values: NDArray[Any] | None = None

    def fill(self, data: bytes) -> None:
        if len(data) != self.numel * self.dtype.itemsize:
            raise UnsafeWeightsError("a tensor's storage is cut short")
        self.values = np.frombuffer(data, self.dtype)


class _View:
    """A tensor: a strided view of a storage."""

    def __init__(
        self,
        storage: _Storage,
        offset: int,
        size: tuple[int, ...],
        stride: tuple[int, ...],
        *_: Any,
    ) -> None:
        self._storage, self._offset = storage, offset
        self._size, self._stride = tuple(size), tuple(stride)

    def array(self) -> NDArray[np.float32]:
        values = self._storage.values
        if values is None:
            raise UnsafeWeightsError("a tensor has no storage")
        reach = sum((n - 1) * s for n, s in zip(self._size, self._stride, strict=True))
        if 0 in self._size or min((self._offset, *self._stride)) < 0:
            raise UnsafeWeightsError("a tensor's shape is not valid")
        if self._offset + reach >= len(values):
            raise UnsafeWeightsError("a tensor reaches outside of its storage")
        strides = [step * values.itemsize for step in self._stride]
        view = np.lib.stride_tricks.as_strided(values[self._offset :], self._size, strides)
        return view.astype(np.float32)


class _Restricted(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, load_storage: Callable[[str, str, int], _Storage]) -> None:
        super().__init__(file)
        self._load_storage = load_storage

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _View
        if module == "torch" and name in _STORAGES:
            return name
        raise UnsafeWeightsError(f"the file asks for {module}.{name}, which no state dict needs")

    def persistent_load(self, pid: Any) -> _Storage:
        try:
            kind, storage_type, key, _location, numel = pid[:5]
        except (TypeError, ValueError):
            kind, storage_type, key, numel = "", "", "", 0
        if kind != "storage" or storage_type not in _STORAGES or not isinstance(numel, int):
            raise UnsafeWeightsError("the file refers to something that is no tensor storage")
        if not 0 <= numel * 8 <= 2 * _MAX_BYTES:
            raise UnsafeWeightsError("a tensor is too large")
        return self._load_storage(str(key), _STORAGES[storage_type], numel)


def read_state_dict(data: bytes) -> StateDict:
    """Read a ``.pt`` file (PyTorch's zip format or the older one) or an ``.npz``.

    Returns name to ``float32`` array; nested under ``state_dict`` or not.

    Raises:
        UnsafeWeightsError: anything else than float tensors by name, or over 64 MiB unpacked.
    """
    try:
        if data[:4] != _ZIP_MAGIC:
            return _arrays(_read_legacy(data))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_size(sum(info.file_size for info in archive.infolist()))
            names = archive.namelist()
            pickles = [name for name in names if name.endswith("/data.pkl")]
            if pickles:
                return _arrays(_read_zip(archive, pickles[0]))
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return {name: np.asarray(arrays[name], np.float32) for name in arrays.files}
    except UnsafeWeightsError:
        raise
    except Exception as error:
        # A pickle made to do harm, or cut short, can make the reader raise nearly anything.
        raise UnsafeWeightsError(f"not a readable state dict ({type(error).__name__})") from error


def _check_size(unpacked: int) -> None:
    if unpacked > _MAX_BYTES:
        raise UnsafeWeightsError("the file unpacks to more than 64 MiB")


def _read_zip(archive: zipfile.ZipFile, pickle_name: str) -> Any:
    root = pickle_name.removesuffix("data.pkl")
    storages: dict[str, _Storage] = {}

    def load(key: str, dtype: str, numel: int) -> _Storage:
        if key not in storages:
            storages[key] = _Storage(dtype, numel)
            storages[key].fill(archive.read(f"{root}data/{key}"))
        return storages[key]

    return _Restricted(io.BytesIO(archive.read(pickle_name)), load).load()


def _read_legacy(data: bytes) -> Any:
    _check_size(len(data))
    file = io.BytesIO(data)
    storages: dict[str, _Storage] = {}

    def load(key: str, dtype: str, numel: int) -> _Storage:
        return storages.setdefault(key, _Storage(dtype, numel))

    def next_pickle() -> Any:
        return _Restricted(file, load).load()

    if next_pickle() != _LEGACY_MAGIC:
        raise UnsafeWeightsError("not a PyTorch file")
    next_pickle()  # protocol version
    next_pickle()  # about the machine that wrote it
    found = next_pickle()
    for key in next_pickle():
        storage = storages[str(key)]
        if int.from_bytes(file.read(8), "little") != storage.numel:
            raise UnsafeWeightsError("a tensor's storage has another length than announced")
        storage.fill(file.read(storage.numel * storage.dtype.itemsize))
    return found


def _arrays(found: Any) -> StateDict:
    if isinstance(found, Mapping) and isinstance(found.get("state_dict"), Mapping):
        found = found["state_dict"]
    if not isinstance(found, Mapping) or not all(
        isinstance(name, str) and isinstance(view, _View) for name, view in found.items()
    ):
        raise UnsafeWeightsError("the file holds something else than tensors by name")
    return {name: view.array() for name, view in found.items()}
