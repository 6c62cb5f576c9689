"""What the routes share."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace

from anyio import to_thread

from anime_inference.composition import load_default, make_studio, model_store
from anime_inference.entry.http.workers import Workers
from anime_inference.logic.cache import PaintedPicture, ResultCache
from anime_inference.logic.generator import Models
from anime_inference.settings import Settings
from anime_shared.errors import AnimeError, NotReady
from anime_shared.options import TransformOptions
from anime_shared.telemetry import UNWATCHED, Telemetry
from anime_shared.variants import Assigned, Variants, name_variant

_log = logging.getLogger(__name__)


class Service:
    """Loaded models, pictures painted before, threads, and whether all is ready."""

    def __init__(
        self,
        settings: Settings,
        models: Models,
        cache: ResultCache,
        telemetry: Telemetry = UNWATCHED,
    ) -> None:
        self.store = model_store(settings)
        self.readiness: AnimeError | None = NotReady("the model is being loaded")
        self._limits = settings.call_limits
        self._variants = Variants.parse(settings.variants)
        self._models = models
        self._studio = make_studio(settings, models, cache, telemetry)
        self._workers = Workers(settings.concurrency, settings.max_waiting)

    def load(self) -> None:
        """Load the default style, so that the first photo needn't wait for it."""
        try:
            load_default(self._models)
        except AnimeError as error:
            _log.exception("the default style can't be loaded")
            self.readiness = NotReady(error.detail)
        else:
            self.readiness = None

    async def paint(
        self, photo: bytes, options: TransformOptions, client: str | None
    ) -> PaintedPicture:
        """The picture of a photo; one that is known from earlier waits for no other.

        Args:
            photo: its file.
            options: how it is painted.
            client: the name of who asks; for one without a name, variants hang on the photo.

        Raises:
            Busy: too many photos are waiting.
            InputError: the photo or an option is at fault.
            ModelError: a model is missing or damaged.
        """
        if client is None and self._variants.of_style:
            client = await to_thread.run_sync(lambda: hashlib.sha256(photo).hexdigest())
        options, variant = self._variants.assign(options, client or "")
        picture = await self._painted(photo, options, variant)
        return replace(picture, facts=name_variant(picture.facts, variant))

    async def _painted(
        self, photo: bytes, options: TransformOptions, variant: Assigned | None
    ) -> PaintedPicture:
        known = await to_thread.run_sync(self._studio.find, photo, options)
        if known is not None:
            return known
        result = await self._workers.run(
            self._studio.paint, photo, options, self._limits, variant=variant
        )
        return await to_thread.run_sync(self._studio.keep, photo, options, result)
