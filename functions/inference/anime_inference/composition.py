"""Where settings choose the adapters; every entry point is put together here."""

from __future__ import annotations

import logging

from anime_inference.adapters.allocator import give_back_large_blocks
from anime_inference.adapters.faces.pack import pack_folder, verify_face_pack
from anime_inference.adapters.model_store import ModelStore
from anime_inference.adapters.source import pipeline_digest
from anime_inference.logic.cache import ResultCache
from anime_inference.logic.generator import Models
from anime_inference.logic.patience import Patience
from anime_inference.logic.studio import Price, Studio
from anime_inference.logic.work import Work
from anime_inference.settings import Settings
from anime_shared.adapters.telemetry.memory import SystemMemory
from anime_shared.composition import open_platform
from anime_shared.errors import StorageUnavailable
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
    from anime_inference.adapters.faces.choose import LoadedDetector  # noqa: PLC0415
    from anime_inference.adapters.onnx_runtime import (  # noqa: PLC0415
        EngineOptions,
        LoadedGenerators,
    )

    give_back_large_blocks()
    engine = EngineOptions(settings.threads, settings.arena, settings.provider)
    return Models(
        LoadedGenerators(model_store(settings), engine),
        LoadedDetector(settings.face_detector, settings.model_folder, engine),
    )


def load_default(models: Models) -> None:
    """Load and warm what the default style needs.

    Raises:
        ModelError: a model of it is missing or damaged.
    """
    models.generators.get(DEFAULT_STYLE)
    if DEFAULT_STYLE.face_style is not None:
        models.generators.get(find_style(DEFAULT_STYLE.face_style))
        models.detectors.get()


def open_copies(settings: Settings) -> ObjectStore | None:
    """Where painted pictures are kept; ``None`` if they aren't, or nothing can be kept there."""
    if not settings.result_cache:
        return None
    try:
        return open_platform(settings).copies
    except StorageUnavailable as error:
        _log.warning("no result cache: %s", error.detail)
        return None


def make_cache(settings: Settings, models: Models, store: ObjectStore | None) -> ResultCache:
    """The pictures that were painted before."""
    chosen = store if settings.result_cache else None
    return ResultCache(chosen, settings.limits, models, pipeline_digest())


def make_studio(
    settings: Settings, models: Models, cache: ResultCache, telemetry: Telemetry
) -> Studio:
    """Where photos are painted."""
    price = Price(settings.price_per_gb_second, settings.billed_memory_mb)
    return Studio(models, cache, telemetry, SystemMemory(), price)


def make_work(
    settings: Settings,
    models: Models,
    platform: Platform,
    cache: ResultCache,
    telemetry: Telemetry = UNWATCHED,
) -> Work:
    """What is done with a job."""
    return Work(
        platform.uploads,
        platform.results,
        platform.ledger,
        platform.finished,
        make_studio(settings, models, cache, telemetry),
        settings.limits,
        lease_seconds=_LEASE_SHARE * settings.visibility_timeout,
        max_attempts=settings.max_attempts,
        patience=Patience(settings.store_patience),
    )
