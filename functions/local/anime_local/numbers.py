"""One port for the numbers of all processes of a machine or a container."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def shared_numbers(port: int | None, parent: Path | None = None) -> Iterator[dict[str, str]]:
    """The variables of the process that tells the numbers of all at this port.

    They lie in a folder of their own in ``parent``, or where temporary files do.
    """
    if port is None:
        yield {}
        return
    # Not in the data folder: a full disk would end whoever counts there.
    with TemporaryDirectory(prefix="animegan-metrics-", dir=parent) as folder:
        yield {"ANIME_METRICS_PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": folder}


def told_by_another(environment: Mapping[str, str]) -> dict[str, str]:
    """The same variables for a process whose numbers another one tells."""
    return {**environment, "ANIME_METRICS_PORT": ""}
