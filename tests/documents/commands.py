"""Commands as they stand in the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The README in Chinese has the same blocks: tests/unit/test_documents.py compares them. What
# `make docs` writes shows usages, and is compared with the code.
DOCUMENTS = [
    file
    for file in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))
    if file.name != "README.zh-CN.md" and file.parent.name != "reference"
]
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """What stands in one block: commands, one a line, without comments."""

    document: str
    number: int
    commands: tuple[str, ...]


def blocks() -> Iterator[Block]:
    """All blocks of all documents."""
    for file in DOCUMENTS:
        for number, text in enumerate(_BLOCK.findall(file.read_text()), start=1):
            lines = re.sub(r" +# .*", "", text)
            commands = tuple(re.sub(r"\s*\\\n\s*", " ", lines).strip().splitlines())
            yield Block(str(file.relative_to(ROOT)), number, commands)
