"""Photos whose callers wait for the picture."""

from __future__ import annotations

import hashlib

from anyio import to_thread

from anime_inference.composition import Service
from anime_inference.entry.http.workers import Workers
from anime_inference.logic.painting import PaintedPicture
from anime_shared.http.presence import Gone
from anime_shared.options import TransformOptions


class Calls:
    """Answers photos with pictures, painting a few at a time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._workers = Workers(service.settings.concurrency, service.settings.max_waiting)

    async def picture_of(
        self, photo: bytes, options: TransformOptions, client: str | None, gone: Gone
    ) -> PaintedPicture:
        """The picture of a photo; one that is known from earlier waits for no other.

        Args:
            photo: its file.
            options: how it is painted.
            client: the name of who asks; for one without a name, variants hang on the photo.
            gone: whether who asks has gone; a photo that waits isn't begun then.

        Raises:
            Busy: too many photos are waiting, or who asks has gone.
            InputError: the photo or an option is at fault.
            ModelError: a model is missing or damaged.
        """
        studio, variants = self._service.call_studio, self._service.variants
        if client is None and variants.of_style:
            client = await to_thread.run_sync(lambda: hashlib.sha256(photo).hexdigest())
        options, variant = variants.assign(options, client or "")
        known = await to_thread.run_sync(studio.find, photo, options, variant)
        if known is not None:
            return known
        return await self._workers.run(gone, studio.paint, photo, options, variant)
