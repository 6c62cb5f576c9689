"""Many files as one zip."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from anime_shared.adapters.embedded.unavailable import told_as_unavailable
from anime_shared.ports.object_store import ObjectStore


class ZipArchiver:
    """An ``Archiver`` that writes zips; pictures are compressed already, and stored as they are.

    Each is packed in ``folder``, by default that of temporary files.
    """

    def __init__(self, store: ObjectStore, folder: Path | None) -> None:
        self._store = store
        self._folder = folder

    def store(self, key: str, files: Iterable[tuple[str, bytes]]) -> None:
        """Pack name and content of each file into the result object ``key``."""
        with told_as_unavailable(), tempfile.TemporaryFile(dir=self._folder) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                for name, data in files:
                    archive.writestr(name, data)
            file.seek(0)
            self._store.put(key, file, "application/zip")
