"""This app's own engine, put together by the app's own code."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from anime_inference.adapters.model_store import ModelStore
from anime_inference.composition import load_models
from anime_inference.logic.memory import Memory
from anime_inference.logic.stylise import paint
from anime_inference.settings import Settings
from anime_shared.style import Style
from anime_shared.styles import DEFAULT_STYLE, find_style
from bench.engines.loaded import Loaded

MODELS = "models"
FULL = find_style("hayao_full")


def load_full(folder: Path, threads: int) -> Loaded:
    """The full model, of the graph that is drawn from the weights.

    Where the whole picture doesn't fit in the default memory budget, in tiles.
    """
    return _load(FULL, folder, threads)


def load_student(folder: Path, threads: int) -> Loaded:
    """The bundled style."""
    return _load(DEFAULT_STYLE, folder, threads)


def _load(style: Style, folder: Path, threads: int) -> Loaded:
    settings = Settings(model_folder=folder / MODELS, threads=threads)
    generator = load_models(settings).generators.get(style)
    checksum = ModelStore(settings.model_folder).checksum(style)

    return Loaded(
        lambda rgb: paint(
            rgb, generator, Memory(settings.memory_budget, rgb.shape[0] * rgb.shape[1])
        ),
        f"ONNX Runtime {ort.__version__}, `{style.id}` {checksum[:8]}",
    )
