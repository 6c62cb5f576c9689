"""What the operator allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from anime_shared.style import Style
from anime_shared.variants import Variants
from anime_web.logic.webhooks import AllowList


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of uploads and jobs.

    Attributes:
        max_upload_bytes: of one picture.
        upload_url_seconds: how long a file may be sent after its upload was made.
        result_url_seconds: how long a link to a result holds.
        retention: seconds until uploads, jobs and results expire.
        webhooks: addresses that may be told of a job's end.
        variants: models that share a style's clients.
        installed: whether a style can be used here and now.
    """

    max_upload_bytes: int
    upload_url_seconds: float
    result_url_seconds: float
    retention: float
    webhooks: AllowList
    variants: Variants
    installed: Callable[[Style], bool]
