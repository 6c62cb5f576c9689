"""``python3 -m scripts.compose.environment``: writes the settings of Compose where there are none.

Needs nothing but Python: who runs containers has no virtual environment.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[2] / "deploy/compose"
_EMPTY_PASSWORD: Final = re.compile(r"^(\w+_PASSWORD=)$", re.MULTILINE)


def write(folder: Path = FOLDER) -> list[Path]:
    """Copy each example to its place, with passwords made up anew; what is there stays.

    Returns:
        The files that were written. Nobody but their owner can read them.
    """
    written = []
    for example in sorted(FOLDER.glob("*.env.example")):
        file = folder / example.name.removesuffix(".example")
        text = _EMPTY_PASSWORD.sub(lambda m: m[1] + secrets.token_urlsafe(18), example.read_text())
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w") as opened:
            opened.write(text)
        written.append(file)
    return written


if __name__ == "__main__":
    for each in write():
        sys.stdout.write(f"wrote {each}\n")
