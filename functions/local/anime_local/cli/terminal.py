"""How the command line talks: people read stderr, programs read stdout."""

from __future__ import annotations

from rich.console import Console

from anime_shared.errors import AnimeError

err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False)


def report(error: AnimeError, what: str | None = None) -> None:
    """One line that names what failed and why."""
    prefix = f"{what}: " if what else ""
    err.print(f"[red]error:[/] {prefix}{error.detail}", markup=True)
