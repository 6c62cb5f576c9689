"""Where settings choose the adapters; every entry point is put together here."""

from __future__ import annotations

from anime_inference.adapters.model_store import ModelStore
from anime_inference.logic.generator import Generators
from anime_inference.settings import Settings


def model_store(settings: Settings) -> ModelStore:
    """The models of this machine."""
    return ModelStore(settings.model_folder)


def generators(settings: Settings) -> Generators:
    """The loaded models of this process, none of them loaded yet."""
    # ONNX Runtime costs a tenth of a second to import; listing styles needn't pay it.
    from anime_inference.adapters.onnx_runtime import (  # noqa: PLC0415
        EngineOptions,
        LoadedGenerators,
    )

    return LoadedGenerators(model_store(settings), EngineOptions(settings.threads, settings.arena))
