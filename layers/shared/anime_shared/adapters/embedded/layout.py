"""What lies where in the data folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anime_shared.adapters.embedded import jobs, queue
from anime_shared.adapters.embedded.database import Database

JOBS: Final = "jobs"
JOBS_DEAD: Final = "jobs-dead"
FINISHED: Final = "finished"
FINISHED_DEAD: Final = "finished-dead"


@dataclass(frozen=True, slots=True)
class Layout:
    """The data folder."""

    folder: Path

    @property
    def uploads(self) -> Path:
        """Pictures that clients sent."""
        return self.folder / "uploads"

    @property
    def results(self) -> Path:
        """Pictures for clients."""
        return self.folder / "results"

    @property
    def secret(self) -> Path:
        """What signed URLs are signed with."""
        return self.folder / "secret"

    def make_folders(self) -> None:
        """Make the folders that are missing; photos are nobody else's business.

        Raises:
            OSError: they can't be made.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.uploads.mkdir(exist_ok=True)
        self.results.mkdir(exist_ok=True)

    def records(self) -> Database:
        """Uploads, jobs and batches."""
        return Database(self.folder / "jobs.db", jobs.SCHEMA)

    def queues(self) -> Database:
        """All queues."""
        return Database(self.folder / "queues.db", queue.SCHEMA)
