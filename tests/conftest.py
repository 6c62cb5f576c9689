"""Fixtures of every tier."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from anime_inference.composition import limits_of, load_models
from anime_inference.logic.generator import Generators, Models
from anime_inference.logic.limits import PipelineLimits
from anime_inference.settings import Settings


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes where the person at this machine keeps their pictures."""
    monkeypatch.setenv("ANIME_DATA_DIR", str(tmp_path / "var"))


@pytest.fixture(autouse=True)
def own_model_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the styles that the person at this machine has installed."""
    folder = tmp_path / "models"
    monkeypatch.setenv("ANIME_MODEL_FOLDER", str(folder))
    return folder


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """The bundled models and the embedded detector, loaded once for the whole run."""
    return load_models(Settings(model_folder=tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="session")
def generators(models: Models) -> Generators:
    """The bundled models."""
    return models.generators


@pytest.fixture
def limits() -> PipelineLimits:
    """The budgets that a user gets by default."""
    return limits_of(Settings())


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real weights and photos, where there is one."""
    folder = os.environ.get("ANIME_TEST_SHARED", "")
    if not folder:
        pytest.skip("no folder of real weights and photos (ANIME_TEST_SHARED)")
    return Path(folder)
