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
_NAME: Final = re.compile(r"^(\w+)=", re.MULTILINE)


def write(folder: Path = FOLDER) -> list[Path]:
    """Copy each example to its place, with passwords made up anew.

    Where there is a file already, only the variables that it lacks are added.

    Returns:
        The files that were written. Nobody but their owner can read them.
    """
    return [
        file
        for example in sorted(FOLDER.glob("*.env.example"))
        if _complete(file := folder / example.name.removesuffix(".example"), example.read_text())
    ]


def _complete(file: Path, example: str) -> bool:
    """Whether something was missing in ``file``, and was added."""
    text = _EMPTY_PASSWORD.sub(lambda match: match[1] + secrets.token_urlsafe(18), example)
    if file.exists():
        there = set(_NAME.findall(file.read_text()))
        lines = [
            line for line in text.splitlines() if (m := _NAME.match(line)) and m[1] not in there
        ]
        text = "".join(f"{line}\n" for line in lines)
    if text:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as opened:
            opened.write(text)
    return bool(text)


if __name__ == "__main__":
    for each in write():
        sys.stdout.write(f"wrote {each}\n")
