"""Models on disk: those that come with the code, and those that were installed.

An installed model is one file, ``<style>.<sha256>.onnx``: it appears by a rename or not at all,
and its name says what its bytes must hash to.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anime_shared.errors import InstallFailed, ModelCorrupt, StyleNotInstalled
from anime_shared.files import write_atomically
from anime_shared.style import Style
from anime_shared.styles import installed_file

# Of the graphs that are drawn from published weights: raised where an engine must tell them apart.
MODEL_VERSION: Final = 3
_BUNDLED_FOLDER = Path(__file__).parent.parent / "models"


@dataclass(frozen=True, slots=True)
class Model:
    """An ONNX file's bytes, verified, and their SHA-256 in hexadecimal."""

    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class ModelStore:
    """The models of this machine; ``folder`` is where installed ones lie."""

    folder: Path

    def is_installed(self, style: Style) -> bool:
        """Whether the style's file is there; says nothing of its content."""
        return self._find(style) is not None

    def checksum(self, style: Style) -> str:
        """The SHA-256 that the style's model must have, in hexadecimal; the file isn't read.

        Raises:
            StyleNotInstalled: it isn't here.
        """
        return self._installed(style)[1]

    def read(self, style: Style) -> Model:
        """The style's model, its checksum verified.

        Raises:
            StyleNotInstalled: it isn't here.
            ModelCorrupt: the file isn't what was installed.
        """
        file, wanted = self._installed(style)
        data = file.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 != wanted:
            mend = "git checkout" if style.bundled else f"animegan models pull {style.id}"
            raise ModelCorrupt(
                f"style: the model {file.name} is damaged (its checksum is wrong); "
                f"`{mend}` brings it back",
                field="style",
            )
        return Model(data, sha256)

    def install(self, style: Style, data: bytes) -> Model:
        """Put an ONNX file in place of what the style had, at once or not at all.

        Raises:
            InstallFailed: the disk is full or can't be written.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.folder / f"{style.id}.{sha256}.onnx"
        try:
            write_atomically(target, data)
            for other in self.folder.glob(f"{style.id}.*.onnx"):
                if other != target:
                    other.unlink(missing_ok=True)
        except OSError as error:
            raise InstallFailed(
                f"{style.id}: the model folder can't be written: {error.strerror}"
            ) from error
        return Model(data, sha256)

    def _installed(self, style: Style) -> tuple[Path, str]:
        found = self._find(style)
        if found is None:
            raise StyleNotInstalled(
                f"style: {style.id} is not installed; the operator can add it with "
                f"`animegan models pull {style.id}`",
                field="style",
            )
        return found

    def _find(self, style: Style) -> tuple[Path, str] | None:
        """The style's file and the SHA-256 that it must have."""
        if style.bundled is not None:
            file = _BUNDLED_FOLDER / style.bundled.file_name
            return (file, style.bundled.sha256) if file.exists() else None
        installed = installed_file(style, self.folder)
        return None if installed is None else (installed, installed.name.split(".")[1])
