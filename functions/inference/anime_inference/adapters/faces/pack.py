"""The face model pack: the folder that insightface reads, installed whole or not at all.

It holds YuNet (MIT licence, as OpenCV publishes it) with its outputs arranged for insightface's
SCRFD reader, and insightface's manifest, version 2. One pack is known; its checksums are here.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Final

from anime_shared.errors import FaceModelMissing, InstallFailed, ModelCorrupt
from anime_shared.files import write_atomically

PACK_FOLDER: Final = "faces"
PACK_FILES: Final = {
    "det.onnx": "1718ef7391d82a52082afd8329d904b9dbd5f5a8a560a88222165d37c849b6e2",
    "manifest.json": "fdf3f3f9b522e97bcd47a7134205629f64f11a174b499de975acd2e90aec4d0a",
}
MEND_COMMAND: Final = "animegan models pull faces --from FOLDER"
_MAX_BYTES: Final = 16 * 2**20


def pack_folder(store_folder: Path) -> Path:
    """Where the pack lies in a model folder, whether it is there or not."""
    return store_folder / PACK_FOLDER


def verify_face_pack(store_folder: Path) -> Path:
    """The pack's folder as an absolute path, every file of it there and unchanged.

    Raises:
        FaceModelMissing: there is no pack, or a file of it is missing or can't be read.
        ModelCorrupt: a file isn't the one that was published.
    """
    folder = pack_folder(store_folder)
    for name, sha256 in PACK_FILES.items():
        shown = f"{PACK_FOLDER}/{name}"
        try:
            found = hashlib.sha256(_read(folder / name)).hexdigest()
        except OSError:
            raise FaceModelMissing(
                f"faces: {shown} is missing from the model folder; `{MEND_COMMAND}` brings it back"
            ) from None
        if found != sha256:
            raise ModelCorrupt(
                f"faces: {shown} in the model folder is damaged (its checksum is wrong); "
                f"`{MEND_COMMAND}` brings it back"
            )
    return folder.resolve()


def install_face_pack(store_folder: Path, source: Path) -> None:
    """Copy the pack from ``source`` into the model folder, in place of what was there.

    Raises:
        InstallFailed: a file is missing in ``source`` or isn't the published one, or the disk
            can't be written; what was installed before stands.
    """
    contents = {name: _published(source, name, sha256) for name, sha256 in PACK_FILES.items()}
    try:
        store_folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=store_folder, prefix=".faces.") as scratch:
            fresh = Path(scratch, "fresh")
            for name, data in contents.items():
                write_atomically(fresh / name, data)
            _swap(fresh, pack_folder(store_folder), Path(scratch, "stale"))
    except OSError as error:
        raise InstallFailed(
            f"faces: the model folder can't be written: {error.strerror}"
        ) from error


def _swap(fresh: Path, target: Path, stale: Path) -> None:
    """Rename ``target`` to ``stale`` and ``fresh`` to ``target``, or leave all as it was."""
    if not target.exists():
        fresh.rename(target)
        return
    target.rename(stale)
    try:
        fresh.rename(target)
    except OSError:
        stale.rename(target)
        raise


def _published(source: Path, name: str, sha256: str) -> bytes:
    try:
        data = _read(source / name)
    except OSError:
        wanted = " and ".join(PACK_FILES)
        raise InstallFailed(
            f"faces: {source} has no {name}; `{MEND_COMMAND}` wants a folder with {wanted}"
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise InstallFailed(
            f"faces: {name}: wrong checksum: expected SHA-256 {sha256}, got {found}; nothing was "
            f"installed; `{MEND_COMMAND}` wants the published pack"
        )
    return data


def _read(file: Path) -> bytes:
    """At most so many bytes that a wrong file of any size shows by its checksum."""
    with file.open("rb") as opened:
        return opened.read(_MAX_BYTES)
