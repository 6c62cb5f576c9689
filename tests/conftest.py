"""Fixtures of every tier."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from anime_inference.adapters.model_store import ModelStore
from anime_inference.adapters.onnx_runtime import EngineOptions, LoadedGenerators
from anime_inference.logic.generator import Generators
from anime_inference.logic.pipeline import PipelineLimits
from anime_inference.settings import Settings


@pytest.fixture(autouse=True)
def own_model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the styles that the person at this machine has installed."""
    folder = tmp_path / "models"
    monkeypatch.setenv("ANIME_MODEL_FOLDER", str(folder))
    return folder


@pytest.fixture(scope="session")
def generators(tmp_path_factory: pytest.TempPathFactory) -> Generators:
    """The bundled models, loaded once for the whole run."""
    return LoadedGenerators(ModelStore(tmp_path_factory.mktemp("models")), EngineOptions())


@pytest.fixture
def limits() -> PipelineLimits:
    """The budgets that a user gets by default."""
    return Settings().limits


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real weights and photos, where there is one."""
    folder = os.environ.get("ANIME_TEST_SHARED", "")
    if not folder:
        pytest.skip("no folder of real weights and photos (ANIME_TEST_SHARED)")
    return Path(folder)
