"""The ports on one machine: files and SQLite in one folder, shared by several processes."""

from __future__ import annotations

from anime_shared.adapters.embedded.jobs import SqliteJobStore
from anime_shared.adapters.embedded.layout import (
    FINISHED,
    FINISHED_DEAD,
    JOBS,
    JOBS_DEAD,
    Layout,
)
from anime_shared.adapters.embedded.objects import FileObjectStore
from anime_shared.adapters.embedded.queue import SqliteQueue
from anime_shared.adapters.embedded.signing import Signer, own_secret
from anime_shared.adapters.embedded.unavailable import told_as_unavailable
from anime_shared.ledger import Ledger
from anime_shared.platform import Platform
from anime_shared.settings import PlatformSettings

_FINISHED_RECEIVES = 10


def open_embedded(settings: PlatformSettings) -> Platform:
    """The platform in ``settings.data_dir``; makes what is missing there.

    Any number of processes may do so at once.

    Raises:
        StorageUnavailable: the folder can't be made or written.
    """
    layout = Layout(settings.data_dir)
    with told_as_unavailable():
        layout.make_folders()
    signer = Signer(own_secret(layout.secret))
    queues = layout.queues()
    visibility = settings.visibility_timeout
    return Platform(
        uploads=FileObjectStore(layout.uploads, "uploads", signer),
        results=FileObjectStore(layout.results, "results", signer),
        ledger=Ledger(SqliteJobStore(layout.records())),
        # The delivery after the last attempt is for marking the job as failed.
        jobs=SqliteQueue(queues, JOBS, visibility, settings.max_attempts + 1, JOBS_DEAD),
        finished=SqliteQueue(queues, FINISHED, visibility, _FINISHED_RECEIVES, FINISHED_DEAD),
    )
