"""What paints, by a setting."""

from __future__ import annotations

import onnxruntime as ort
import pytest

from anime_inference.adapters.engine import EngineOptions
from anime_inference.adapters.model_store import ModelStore
from anime_inference.adapters.onnx_runtime import OnnxGenerator
from anime_inference.settings import Settings
from anime_shared.errors import ProviderMissing
from anime_shared.styles import DEFAULT_STYLE


def test_a_provider_that_is_missing_is_not_replaced_by_the_processor() -> None:
    settings = Settings()
    model = ModelStore(settings.model_folder).read(DEFAULT_STYLE)
    with pytest.raises(ProviderMissing, match="ANIME_PROVIDER"):
        OnnxGenerator(DEFAULT_STYLE, model, EngineOptions(provider="cuda"))


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_is_known_but_cannot_start_is_not_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As a build with CUDA on a machine without a GPU: ONNX Runtime itself only warns.
    monkeypatch.setattr(ort, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    monkeypatch.setattr(ort, "preload_dlls", lambda: None)
    model = ModelStore(Settings().model_folder).read(DEFAULT_STYLE)
    with pytest.raises(ProviderMissing, match="ANIME_PROVIDER"):
        OnnxGenerator(DEFAULT_STYLE, model, EngineOptions(provider="cuda"))
