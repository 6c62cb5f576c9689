"""Where settings choose the adapters; every entry point is put together here."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path

from anime_shared.composition import open_platform
from anime_shared.platform import Platform
from anime_shared.style import Style
from anime_shared.styles import installed_file
from anime_shared.telemetry import UNWATCHED, Telemetry
from anime_shared.variants import Variants
from anime_web.logic.finished import finish_batch, finish_job
from anime_web.logic.rules import Rules
from anime_web.logic.webhooks import AllowList
from anime_web.ports.archiver import Archiver
from anime_web.ports.forwarder import Forwarder
from anime_web.ports.webhook_sender import WebhookSender
from anime_web.settings import Settings, decode_secret


class Service:
    """What the entry points share.

    Attributes:
        settings: of this process.
        rules: what they allow.
        telemetry: is told of the work.
        stopping: set when the process is to end; who waits for something gives up then.
    """

    def __init__(self, settings: Settings, telemetry: Telemetry = UNWATCHED) -> None:
        self.settings = settings
        self.telemetry = telemetry
        self.rules = Rules(
            max_upload_bytes=settings.max_upload_bytes,
            upload_url_seconds=settings.upload_url_seconds,
            result_url_seconds=settings.result_url_seconds,
            retention=settings.retention,
            webhooks=AllowList(settings.webhook_allow),
            variants=Variants.parse(settings.variants),
            installed=self.is_installed,
        )
        self.stopping = threading.Event()
        self._opening = threading.Lock()
        self._platform: Platform | None = None
        self._forwarder: Forwarder | None = None

    @property
    def platform(self) -> Platform:
        """Stores and queues, opened at the first use: health and documentation need none.

        Raises:
            StorageUnavailable: they can't be opened.
        """
        with self._opening:
            if self._platform is None:
                self._platform = open_platform(self.settings)
            return self._platform

    @property
    def forwarder(self) -> Forwarder:
        """The way to the inference function, opened at the first use: most requests need none."""
        with self._opening:
            if self._forwarder is None:
                self._forwarder = _open_forwarder(self.settings)
            return self._forwarder

    async def close(self) -> None:
        """End all waiting, and close the connections."""
        self.stopping.set()
        if self._forwarder is not None:
            await self._forwarder.close()

    def is_installed(self, style: Style) -> bool:
        """Whether a style can be used here and now."""
        if style.bundled is not None:
            return True
        if self.settings.installed_styles is not None:
            return style.id in self.settings.installed_styles
        return installed_file(style, self.settings.model_folder) is not None

    def finish_job(self, job_id: str) -> None:
        """Do what is left to do when a job has ended.

        Raises:
            AnimeError: it can't be done now; the message must come back.
        """
        base_url = self.settings.public_url or ""
        finish_job(self.platform, self.rules, self._archiver, self._sender, job_id, base_url)

    def finish_batch(self, batch_id: str) -> None:
        """Zip a batch if it is complete.

        Raises:
            AnimeError: it can't be done now; the message must come back.
        """
        finish_batch(self.platform, self._archiver, batch_id)

    @cached_property
    def _archiver(self) -> Archiver:
        # Answering requests needs neither of the two.
        from anime_web.adapters.zip_archiver import ZipArchiver  # noqa: PLC0415

        return ZipArchiver(self.platform.results, _folder_of_results(self.settings))

    @cached_property
    def _sender(self) -> WebhookSender:
        from anime_web.adapters.webhook_sender import HttpWebhookSender  # noqa: PLC0415

        secret = self.settings.webhook_secret
        key = None if secret is None else decode_secret(secret)
        return HttpWebhookSender(self.rules.webhooks, key)


def _folder_of_results(settings: Settings) -> Path | None:
    """Where there is room for a zip of them, and the sweeper comes by; not in the cloud."""
    if settings.platform == "aws":
        return None
    from anime_shared.adapters.embedded.layout import Layout  # noqa: PLC0415

    return Layout(settings.data_dir).results


def _open_forwarder(settings: Settings) -> Forwarder:
    # Each brings a library that takes its time to import.
    if settings.inference_function is not None:
        from anime_web.adapters.lambda_forwarder import LambdaForwarder  # noqa: PLC0415

        return LambdaForwarder(settings.inference_function, settings.forward_timeout)
    from anime_web.adapters.http_forwarder import HttpForwarder  # noqa: PLC0415

    return HttpForwarder(settings.inference_url, settings.forward_timeout)
