"""Which version of the pipeline this is."""

from __future__ import annotations

import hashlib
from pathlib import Path

from anime_shared import styles, treatment

_PACKAGE = Path(__file__).parents[1]


def pipeline_digest() -> str:
    """SHA-256, in hexadecimal, of all source that decides what a photo becomes."""
    files = [
        *sorted((_PACKAGE / "logic").rglob("*.py")),
        *sorted((_PACKAGE / "adapters").rglob("*.py")),
        Path(styles.__file__),
        Path(treatment.__file__),
    ]
    digests = "".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    return hashlib.sha256(digests.encode()).hexdigest()
