"""The outside world, as both functions find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from anime_shared.ledger import Ledger
from anime_shared.ports.object_store import ObjectStore
from anime_shared.ports.queue import Queue

# Of a message that tells of a job's end; whoever is to be told may be away for a while.
FINISHED_DELIVERIES: Final = 10


@dataclass(frozen=True, slots=True)
class Platform:
    """The outside world of both functions.

    Attributes:
        uploads: pictures that clients sent.
        results: pictures for clients.
        copies: of pictures, that answer the same request again.
        ledger: uploads, jobs, batches.
        jobs: ids of jobs that wait for a worker.
        finished: ids of jobs that ended and whose webhook or batch is to be served.
    """

    uploads: ObjectStore
    results: ObjectStore
    copies: ObjectStore
    ledger: Ledger
    jobs: Queue
    finished: Queue
