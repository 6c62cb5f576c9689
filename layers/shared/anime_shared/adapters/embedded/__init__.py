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
from anime_shared.platform import FINISHED_DELIVERIES
from anime_shared.ports.job_store import JobStore
from anime_shared.ports.object_store import ObjectStore
from anime_shared.ports.queue import Queue
from anime_shared.settings import PlatformSettings


def open_objects(settings: PlatformSettings) -> tuple[ObjectStore, ObjectStore]:
    """Uploads and results in ``settings.data_dir``; makes what is missing there.

    Any number of processes may do so at once.

    Raises:
        StorageUnavailable: the folder can't be made or written.
    """
    layout = Layout(settings.data_dir)
    with told_as_unavailable():
        layout.make_folders()
    signer = Signer(own_secret(layout.secret))
    return (
        FileObjectStore(layout.uploads, "uploads", signer),
        FileObjectStore(layout.results, "results", signer),
    )


def open_records(settings: PlatformSettings) -> JobStore:
    """The records in the same folder, once it is made.

    Raises:
        StorageUnavailable: they can't be read or written.
    """
    return SqliteJobStore(Layout(settings.data_dir).records())


def open_queues(settings: PlatformSettings) -> tuple[Queue, Queue]:
    """The queues of jobs and of jobs that ended, likewise.

    Raises:
        StorageUnavailable: they can't be read or written.
    """
    queues = Layout(settings.data_dir).queues()
    visibility = settings.visibility_timeout
    return (
        SqliteQueue(queues, JOBS, visibility, settings.job_deliveries, JOBS_DEAD),
        SqliteQueue(queues, FINISHED, visibility, FINISHED_DELIVERIES, FINISHED_DEAD),
    )
