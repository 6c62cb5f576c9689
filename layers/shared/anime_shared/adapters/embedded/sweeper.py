"""Removes what has had its time, as the cloud's lifecycle rules do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anime_shared.adapters.embedded.layout import FINISHED_DEAD, JOBS_DEAD, Layout
from anime_shared.adapters.embedded.unavailable import told_as_unavailable
from anime_shared.settings import PlatformSettings

_DEAD_LETTER_SECONDS: Final = 14 * 86_400


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was removed."""

    records: int
    objects: int
    dead_letters: int


def sweep(settings: PlatformSettings, now: float) -> Swept:
    """Remove expired records, objects older than the retention, and two weeks old dead letters.

    Others may work meanwhile. ``now`` is in seconds since 1970 UTC.

    Raises:
        StorageUnavailable: the data folder can't be read or written.
    """
    layout = Layout(settings.data_dir)
    with told_as_unavailable():
        layout.make_folders()
        objects = sum(
            _remove_older(folder, now - settings.retention)
            for folder in (layout.uploads, layout.results)
        )
    # RabbitMQ sweeps for itself.
    dead_letters = 0 if settings.on_rabbitmq else _sweep_dead_letters(layout, now)
    return Swept(_sweep_records(settings, layout, now), objects, dead_letters)


def _sweep_records(settings: PlatformSettings, layout: Layout, now: float) -> int:
    if settings.cache_url is not None:
        from anime_shared.adapters.redis import open_records  # noqa: PLC0415

        return open_records(settings).sweep(now)
    with closing(layout.records()) as database, database.write() as connection:
        return connection.execute("DELETE FROM records WHERE expires_at <= ?", (now,)).rowcount


def _sweep_dead_letters(layout: Layout, now: float) -> int:
    with closing(layout.queues()) as database, database.write() as connection:
        return connection.execute(
            "DELETE FROM messages WHERE queue IN (?, ?) AND since < ?",
            (JOBS_DEAD, FINISHED_DEAD, now - _DEAD_LETTER_SECONDS),
        ).rowcount


def _remove_older(folder: Path, moment: float) -> int:
    removed = 0
    for file in _files(folder):
        try:
            if file.stat().st_mtime < moment:
                file.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def _files(folder: Path) -> Iterator[Path]:
    # What a killed process left half-written is among them, too.
    return (path for path in folder.rglob("*") if path.is_file())
