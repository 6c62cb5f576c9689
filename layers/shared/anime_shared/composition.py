"""Where settings choose the adapters that both functions share."""

from __future__ import annotations

from anime_shared.platform import Platform
from anime_shared.settings import PlatformSettings


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
