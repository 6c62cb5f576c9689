"""What AWS says, in words that a client may read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from anime_shared.errors import StorageUnavailable


@contextmanager
def told_as_unavailable() -> Iterator[None]:
    """Raise ``StorageUnavailable`` for whatever boto3 raises in the block."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise StorageUnavailable("the store doesn't answer, or refuses") from error


def code_of(error: ClientError) -> str:
    """The service's name of the error, or its HTTP status where it has none."""
    return error.response["Error"]["Code"]
