"""How the command line talks: people read stderr, programs read stdout."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape

from anime_shared.errors import AnimeError, InputError

err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False)


def report(error: AnimeError, what: str | None = None) -> None:
    """One line that names what failed and why, and by what an operator finds it in the log."""
    prefix = f"{what}: " if what else ""
    known = error.correlation_id is not None and not isinstance(error, InputError)
    suffix = f" (correlation id {error.correlation_id})" if known else ""
    err.print(f"[red]error:[/] {escape(prefix + error.detail + suffix)}")


def print_json(facts: dict[str, Any]) -> None:
    """One line on stdout, in one piece: those of several threads must not mix."""
    sys.stdout.write(f"{json.dumps(facts)}\n")
    sys.stdout.flush()
