"""Fetching published weights: resumed where it was cut, verified before anyone sees it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx2 as httpx

from anime_shared.errors import InstallFailed
from anime_shared.style import PublishedWeights

OnProgress = Callable[[int, int | None], None]
_ATTEMPTS: Final = 4
_FIRST_PAUSE_SECONDS: Final = 0.5
_TIMEOUT: Final = httpx.Timeout(30, connect=10)
_MAX_BYTES: Final = 64 * 2**20


def git_blob_id(data: bytes) -> str:
    """What ``git hash-object`` prints for these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def verify(weights: PublishedWeights, data: bytes) -> None:
    """Check the bytes against the pinned git blob id.

    Raises:
        InstallFailed: they are other bytes.
    """
    found = git_blob_id(data)
    if found != weights.git_blob_id:
        raise InstallFailed(
            f"{weights.file_name}: wrong checksum: expected git blob {weights.git_blob_id}, "
            f"got {found}; nothing was installed"
        )


def download(
    weights: PublishedWeights, base_url: str, partial: Path, on_progress: OnProgress
) -> bytes:
    """The verified bytes of published weights.

    What arrived is kept in ``partial`` until it is verified, so that the next call, in this
    process or another, goes on where this one was cut.

    Args:
        weights: they must have a repository.
        base_url: scheme and host; the path is ``/<owner>/<name>/<commit>/<path>``.
        partial: a file of its own for these weights.
        on_progress: called with (bytes so far, bytes in all if known).

    Raises:
        InstallFailed: the server doesn't have it, the connection failed four times, the disk
            can't be written, or the checksum is wrong.
    """
    url = f"{base_url.rstrip('/')}/{weights.repository}/{weights.commit}/{weights.path}"
    name = weights.file_name
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as client:
            _fetch(client, url, partial, on_progress, name)
        data = partial.read_bytes()
        partial.unlink()
    except OSError as error:
        raise InstallFailed(f"{name}: can't be written to disk: {error.strerror}") from error
    verify(weights, data)
    return data


def _fetch(
    client: httpx.Client, url: str, partial: Path, on_progress: OnProgress, name: str
) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        if attempt > 1:
            time.sleep(_FIRST_PAUSE_SECONDS * 2 ** (attempt - 2))
        try:
            _fetch_rest(client, url, partial, on_progress)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            if status < 500 or attempt == _ATTEMPTS:
                raise InstallFailed(f"{name}: the server answered {status}") from error
        except httpx.HTTPError as error:
            if attempt == _ATTEMPTS:
                raise InstallFailed(
                    f"{name}: the connection failed {_ATTEMPTS} times "
                    f"({type(error).__name__}); run the command again to go on where it was cut"
                ) from error
        else:
            return


def _fetch_rest(client: httpx.Client, url: str, partial: Path, on_progress: OnProgress) -> None:
    have = partial.stat().st_size if partial.exists() else 0
    # The bytes are kept as they come, so they may not come compressed.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        response.raise_for_status()
        resumed = response.status_code == HTTPStatus.PARTIAL_CONTENT
        have = have if resumed else 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        with partial.open("ab" if resumed else "wb") as file:
            for chunk in response.iter_raw():
                have += len(chunk)
                if have > _MAX_BYTES:
                    raise InstallFailed("the server sends more than any weights have: 64 MiB")
                file.write(chunk)
                on_progress(have, total)
