"""What was painted before: found again, and only for the very same."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from anime_inference.adapters import source
from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_inference.adapters.model_store import ModelStore
from anime_inference.adapters.source import pipeline_digest
from anime_inference.composition import limits_of, load_models
from anime_inference.logic.cache import ResultCache
from anime_inference.logic.generator import Models
from anime_inference.logic.painting import PaintedPicture
from anime_inference.logic.pipeline import transform
from anime_inference.settings import Settings
from anime_shared.composition import open_platform
from anime_shared.options import TransformOptions
from anime_shared.ports.object_store import ObjectStore
from anime_shared.style import Upsampling
from anime_shared.styles import find_style
from tests.pictures import file_of, gradient
from tests.weights import random_state_dict
from tests.work import PHOTO

OPTIONS = TransformOptions(format="png")
LIMITS = limits_of(Settings())


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return open_platform(Settings(data_dir=tmp_path)).results


def painted(
    cache: ResultCache, models: Models, options: TransformOptions = OPTIONS
) -> PaintedPicture:
    return cache.keep(PHOTO, options, transform(PHOTO, options, LIMITS, models))


@pytest.fixture
def kept(store: ObjectStore, models: Models) -> PaintedPicture:
    return painted(ResultCache(store, LIMITS, models, "pipeline"), models)


def test_the_same_is_found_again(store: ObjectStore, models: Models, kept: PaintedPicture) -> None:
    found = ResultCache(store, LIMITS, models, "pipeline").find(PHOTO, OPTIONS)
    assert not kept.cached
    assert found == replace(kept, cached=True)
    assert found.facts["timings"]["stylise"] > 0


def test_anything_else_is_not(store: ObjectStore, models: Models, kept: PaintedPicture) -> None:
    cache = ResultCache(store, LIMITS, models, "pipeline")
    assert cache.find(file_of(gradient(9, 9)), OPTIONS) is None
    others: list[dict[str, object]] = [
        {"strength": 0.5},
        {"keep_colors": True},
        {"format": "jpeg"},
        {"quality": 91},
        {"max_side": 32},
        {"faces": "off"},
        {"face_style": "cute"},
        {"background_style": "hayao"},
        {"max_faces": 1},
        {"animate": False},
        {"compare": True},
        {"style": "cute"},
    ]
    assert {name for other in others for name in other} == set(TransformOptions.model_fields)
    for other in others:
        options = TransformOptions.model_validate({"format": "png", **other})
        assert cache.find(PHOTO, options) is None
    less = replace(LIMITS, memory_budget=LIMITS.memory_budget - 1)
    assert ResultCache(store, less, models, "pipeline").find(PHOTO, OPTIONS) is None
    assert ResultCache(store, LIMITS, models, "other pipeline").find(PHOTO, OPTIONS) is None
    assert ResultCache(None, LIMITS, models, "pipeline").find(PHOTO, OPTIONS) is None
    assert kept.cache_key is not None


def two_models() -> list[bytes]:
    """Files of two models of the same style."""
    return [
        build_animegan2(random_state_dict(seed), Upsampling.ASYMMETRIC).SerializeToString()
        for seed in (0, 1)
    ]


def test_a_changed_model_serves_nothing_old(store: ObjectStore, tmp_path: Path) -> None:
    options = TransformOptions(style="paprika", faces="off")
    settings = Settings(model_folder=tmp_path / "models")
    models_in_use = ModelStore(settings.model_folder)
    old, new = two_models()
    models_in_use.install(find_style("paprika"), old)
    models = load_models(settings)
    running = ResultCache(store, LIMITS, models, "pipeline")
    first = painted(running, models, options)
    models_in_use.install(find_style("paprika"), new)
    # A process that has the old one in memory paints with it until its end.
    assert running.find(PHOTO, options) is not None
    assert painted(running, models, options).cache_key == first.cache_key
    fresh = load_models(settings)
    restarted = ResultCache(store, LIMITS, fresh, "pipeline")
    assert restarted.find(PHOTO, options) is None
    assert painted(restarted, fresh, options).facts["model"] == hashlib.sha256(new).hexdigest()


def test_a_model_changed_during_the_work_is_told_by_the_one_that_painted(
    store: ObjectStore, tmp_path: Path
) -> None:
    options = TransformOptions(style="paprika", faces="off")
    settings = Settings(model_folder=tmp_path / "models")
    folder = ModelStore(settings.model_folder)
    old, new = two_models()
    folder.install(find_style("paprika"), old)
    models = load_models(settings)
    cache = ResultCache(store, LIMITS, models, "pipeline")
    assert cache.find(PHOTO, options) is None
    folder.install(find_style("paprika"), new)
    painted(cache, models, options)
    folder.install(find_style("paprika"), old)
    assert (
        ResultCache(store, LIMITS, load_models(settings), "pipeline").find(PHOTO, options) is None
    )


def test_another_detector_finds_other_faces(store: ObjectStore, tmp_path: Path) -> None:
    def cache(detector: str) -> ResultCache:
        settings = Settings.model_validate({"face_detector": detector, "model_folder": tmp_path})
        return ResultCache(store, LIMITS, load_models(settings), "pipeline")

    models = load_models(Settings(model_folder=tmp_path))
    painted(cache("centerface"), models)
    assert cache("insightface").find(PHOTO, OPTIONS) is None
    assert cache("auto").find(PHOTO, OPTIONS) is not None
    off = TransformOptions(faces="off")
    painted(cache("centerface"), models, off)
    assert cache("insightface").find(PHOTO, off) is not None


@pytest.mark.parametrize("part", ["", ".json"])
@pytest.mark.parametrize("content", [None, b"", b"[]", b'{"format": "png", "facts": {}}'])
def test_a_damaged_picture_is_none(
    store: ObjectStore,
    models: Models,
    kept: PaintedPicture,
    tmp_path: Path,
    part: str,
    content: bytes | None,
) -> None:
    file = tmp_path / f"results/cache/{kept.cache_key}{part}"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    cache = ResultCache(store, LIMITS, models, "pipeline")
    assert cache.find(PHOTO, OPTIONS) is None
    painted(cache, models)
    assert cache.find(PHOTO, OPTIONS) is not None


def test_a_forgotten_picture_is_gone(
    store: ObjectStore, models: Models, kept: PaintedPicture, tmp_path: Path
) -> None:
    cache = ResultCache(store, LIMITS, models, "pipeline")
    cache.forget(str(kept.cache_key))
    assert cache.find(PHOTO, OPTIONS) is None
    assert list((tmp_path / "results/cache").iterdir()) == []


def test_a_store_that_fails_costs_no_photo(
    store: ObjectStore, models: Models, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "results").rmdir()
    (tmp_path / "results").write_text("not a folder")
    cache = ResultCache(store, LIMITS, models, "pipeline")
    assert cache.find(PHOTO, OPTIONS) is None
    finished = painted(cache, models)
    cache.forget("0" * 64)
    assert finished.data
    assert finished.cache_key is None
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
    assert str(tmp_path) not in caplog.text


def test_what_the_pipeline_refuses_has_no_key(store: ObjectStore, models: Models) -> None:
    cache = ResultCache(store, LIMITS, models, "pipeline")
    assert cache.find(PHOTO, TransformOptions(style="nobody")) is None
    assert cache.find(PHOTO, TransformOptions(style="paprika")) is None


def test_changed_code_has_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = pipeline_digest()
    assert before == pipeline_digest()
    monkeypatch.setattr(source, "_PACKAGE", tmp_path)
    (tmp_path / "logic").mkdir()
    (tmp_path / "adapters").mkdir()
    (tmp_path / "logic/pipeline.py").write_text("one")
    one = pipeline_digest()
    (tmp_path / "logic/pipeline.py").write_text("two")
    assert len({before, one, pipeline_digest()}) == 3


def test_without_a_cache_nothing_is_kept_or_forgotten(models: Models) -> None:
    none = ResultCache(None, LIMITS, models, "pipeline")
    kept = painted(none, models)
    assert (kept.cached, kept.cache_key) == (False, None)
    assert none.find(PHOTO, OPTIONS) is None
    none.forget("any")
