"""Where settings choose the adapters that both functions share."""

from __future__ import annotations

from dataclasses import dataclass

from anime_shared.ledger import Ledger
from anime_shared.ports.object_store import ObjectStore
from anime_shared.ports.queue import Queue
from anime_shared.settings import PlatformSettings


@dataclass(frozen=True, slots=True)
class Platform:
    """The outside world of both functions.

    Attributes:
        uploads: pictures that clients sent.
        results: pictures for clients, and copies that answer the same request again.
        ledger: uploads, jobs, batches.
        jobs: ids of jobs that wait for a worker.
        finished: ids of jobs that ended and whose webhook or batch is to be served.
    """

    uploads: ObjectStore
    results: ObjectStore
    ledger: Ledger
    jobs: Queue
    finished: Queue


def open_platform(settings: PlatformSettings) -> Platform:
    """The platform that the settings ask for.

    Raises:
        StorageUnavailable: the embedded data folder can't be made or written.
    """
    if settings.platform == "aws":
        # boto3 costs a tenth of a second, and botocore thirty megabytes.
        from anime_shared.adapters.aws import open_aws  # noqa: PLC0415

        return open_aws(settings)
    from anime_shared.adapters.embedded import open_embedded  # noqa: PLC0415

    return open_embedded(settings)
