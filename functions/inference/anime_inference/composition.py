"""Where settings choose the adapters; every entry point is put together here."""

from __future__ import annotations

from anime_inference.adapters.faces.pack import pack_folder, verify_face_pack
from anime_inference.adapters.model_store import ModelStore
from anime_inference.logic.pipeline import Models
from anime_inference.settings import Settings
from anime_shared.styles import STYLES


def model_store(settings: Settings) -> ModelStore:
    """The models of this machine."""
    return ModelStore(settings.model_folder)


def check_models(settings: Settings) -> None:
    """Check what a server will need, so that it fails at its start and not at its first photo.

    Raises:
        FaceModelMissing: the face pack that the settings ask for, or a file of it, is missing.
        ModelCorrupt: a checksum is wrong.
    """
    store = model_store(settings)
    for style in STYLES:
        if style.bundled is not None:
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

    engine = EngineOptions(settings.threads, settings.arena)
    return Models(
        LoadedGenerators(model_store(settings), engine),
        LoadedDetector(settings.face_detector, settings.model_folder, engine),
    )
