"""Where settings choose the adapters; every entry point is put together here."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property

from anime_inference.adapters.allocator import give_back_large_blocks
from anime_inference.adapters.faces.pack import pack_folder, verify_face_pack
from anime_inference.adapters.model_store import ModelStore
from anime_inference.adapters.source import pipeline_digest
from anime_inference.logic.cache import ResultCache
from anime_inference.logic.generator import Models
from anime_inference.logic.limits import ClipLimits, DecodeLimits, PipelineLimits
from anime_inference.logic.patience import Patience
from anime_inference.logic.receipts import Price
from anime_inference.logic.studio import Studio
from anime_inference.logic.work import Work
from anime_inference.settings import Settings
from anime_shared.adapters.telemetry.memory import SystemMemory
from anime_shared.composition import open_platform
from anime_shared.errors import AnimeError, NotReady, StorageUnavailable
from anime_shared.platform import Platform
from anime_shared.ports.object_store import ObjectStore
from anime_shared.styles import DEFAULT_STYLE, STYLES, find_style
from anime_shared.telemetry import UNWATCHED, Telemetry
from anime_shared.variants import Variants

_log = logging.getLogger(__name__)
# Of the time that a delivery stays hidden: the rest is for what lies between it and the claim.
_LEASE_SHARE = 0.9


def model_store(settings: Settings) -> ModelStore:
    """The models of this machine."""
    return ModelStore(settings.model_folder)


def check_models(settings: Settings) -> None:
    """Check what a server will need, so that it fails at its start and not at its first photo.

    Raises:
        StyleNotInstalled: a model that comes with the code, or that a variant needs, is missing.
        FaceModelMissing: the face pack that the settings ask for, or a file of it, is missing.
        ModelCorrupt: a checksum is wrong.
    """
    store = model_store(settings)
    needed = Variants.parse(settings.variants).model_styles
    for style in STYLES:
        if style.bundled is not None or style in needed:
            store.read(style)
    wants_pack = settings.face_detector == "insightface"
    if wants_pack or (settings.face_detector == "auto" and pack_folder(store.folder).exists()):
        verify_face_pack(store.folder)


def load_models(settings: Settings) -> Models:
    """The networks of this process, none of them loaded yet."""
    # ONNX Runtime costs a tenth of a second to import; listing styles needn't pay it.
    from anime_inference.adapters.engine import EngineOptions  # noqa: PLC0415
    from anime_inference.adapters.faces.choose import LoadedDetector  # noqa: PLC0415
    from anime_inference.adapters.onnx_runtime import LoadedGenerators  # noqa: PLC0415

    give_back_large_blocks()
    engine = EngineOptions(settings.threads, settings.arena, settings.provider)
    return Models(
        LoadedGenerators(model_store(settings), engine),
        LoadedDetector(settings.face_detector, settings.model_folder, engine),
    )


def limits_of(settings: Settings) -> PipelineLimits:
    """The budgets of one photo."""
    return PipelineLimits(
        DecodeLimits(settings.max_upload_bytes, settings.max_pixels),
        settings.memory_budget,
        ClipLimits(settings.max_frames, settings.max_clip_pixels, settings.max_clip_seconds),
    )


def call_limits_of(settings: Settings) -> PipelineLimits:
    """The budgets of one that a caller waits for."""
    limits = limits_of(settings)
    seconds = min(settings.max_clip_seconds, settings.max_call_seconds)
    return replace(limits, clip=replace(limits.clip, max_seconds=seconds))


class Service:
    """What the entry points share.

    Args:
        settings: of this process.
        telemetry: is told of the work.
        models: the networks; ``None`` loads each at its first use.

    Attributes:
        settings: as given.
        telemetry: as given.
        models: the networks.
        store: where their files are.
        variants: models that share a style's clients.
        readiness: why no photo can be painted yet; ``None`` once one can.
    """

    def __init__(
        self,
        settings: Settings,
        telemetry: Telemetry = UNWATCHED,
        models: Models | None = None,
    ) -> None:
        self.settings = settings
        self.telemetry = telemetry
        self.models = load_models(settings) if models is None else models
        self.store = model_store(settings)
        self.variants = Variants.parse(settings.variants)
        self.readiness: NotReady | None = NotReady("the model is being loaded")

    def load(self) -> None:
        """Load and warm what the default style needs, so that the first photo needn't wait for it.

        Raises:
            ModelError: a model of it is missing or damaged; ``readiness`` says so, too.
        """
        models = self.models
        try:
            models.generators.get(DEFAULT_STYLE)
            if DEFAULT_STYLE.face_style is not None:
                models.generators.get(find_style(DEFAULT_STYLE.face_style))
                models.detectors.get()
        except AnimeError as error:
            self.readiness = NotReady(error.detail)
            raise
        self.readiness = None

    @cached_property
    def platform(self) -> Platform:
        """Stores and queues, opened at the first use.

        Raises:
            StorageUnavailable: they can't be opened.
        """
        return open_platform(self.settings)

    @cached_property
    def studio(self) -> Studio:
        """Where photos are painted."""
        return self._studio_for(limits_of(self.settings))

    @cached_property
    def call_studio(self) -> Studio:
        """Where photos are painted while a caller waits."""
        return self._studio_for(call_limits_of(self.settings))

    @cached_property
    def work(self) -> Work:
        """What is done with a job.

        Raises:
            StorageUnavailable: the platform can't be opened.
        """
        settings, platform = self.settings, self.platform
        return Work(
            platform.uploads,
            platform.results,
            platform.ledger,
            platform.finished,
            self.studio,
            lease_seconds=_LEASE_SHARE * settings.visibility_timeout,
            max_attempts=settings.max_attempts,
            patience=Patience(settings.store_patience),
        )

    def _studio_for(self, limits: PipelineLimits) -> Studio:
        settings = self.settings
        price = Price(settings.price_per_gb_second, settings.billed_memory_mb)
        return Studio(self.models, limits, self._cache, self.telemetry, SystemMemory(), price)

    @cached_property
    def _cache(self) -> ResultCache:
        return ResultCache(
            self._open_copies(), limits_of(self.settings), self.models, pipeline_digest()
        )

    def _open_copies(self) -> ObjectStore | None:
        """Where painted pictures are kept; ``None`` if they aren't, or can't be."""
        if not self.settings.result_cache:
            return None
        try:
            return self.platform.copies
        except StorageUnavailable as error:
            _log.warning("no result cache: %s", error.detail)
            return None
