"""Every command with its options and defaults, as Markdown."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from typing import Final

_TITLE: Final = "The command line"
_INTRODUCTION: Final = """
`make docs` writes this from the commands themselves. Exit codes: 0 all done, 1 some failed (each
named, the others done), 2 usage. Settings are read, too: [configuration.md](../configuration.md).
"""
# What every command has; and lists of commands, whose headings follow anyway.
_NOISE: Final = re.compile(
    r"^\* `--(?:help|install-completion|show-completion)`.*\n|\*\*Commands\*\*:\n\n(?:\* .*\n)+\n?",
    re.MULTILINE,
)
_EMPTY: Final = re.compile(r"\*\*Options\*\*:\n\n(?!\*)")


def command_line() -> str:
    """The document; typer itself knows how to write it."""
    command = ("-m", "typer", "anime_local.cli", "utils", "docs", "--name", "animegan")
    told = subprocess.run(  # noqa: S603 - all of it stands above
        [sys.executable, *command], check=True, capture_output=True, text=True
    ).stdout
    text = _EMPTY.sub("", _NOISE.sub("", html.unescape(told)))
    _, _, body = text.partition("\n")
    return f"# {_TITLE}\n{_INTRODUCTION}\n{body.strip()}\n"
