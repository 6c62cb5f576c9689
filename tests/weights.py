"""State dicts of the right shape with random content, for what needs weights but no beauty."""

from __future__ import annotations

import dataclasses
import io
import json
from pathlib import Path

import numpy as np

from anime_inference.adapters.download import git_blob_id
from anime_inference.adapters.state_dict import StateDict
from anime_shared.style import PublishedWeights, Style
from anime_shared.styles import find_style

_SHAPES = Path(__file__).parent / "data" / "animegan2_shapes.json"


def random_state_dict(seed: int = 0) -> StateDict:
    """Weights of AnimeGANv2's generator, small enough to stay finite."""
    random = np.random.default_rng(seed)
    shapes = json.loads(_SHAPES.read_text())
    weights = {}
    for name, shape in shapes.items():
        values = random.standard_normal(shape) * 0.05
        is_norm_scale = len(shape) == 1 and name.endswith("weight")
        weights[name] = (values + is_norm_scale).astype(np.float32)
    return weights


def npz_of(weights: StateDict) -> bytes:
    """The file of a state dict."""
    buffer = io.BytesIO()
    np.savez(buffer, **weights)  # type: ignore[arg-type]
    return buffer.getvalue()


def style_from(data: bytes, style_id: str = "shinkai_full") -> Style:
    """A style of the registry as if ``data`` were what its author published."""
    weights = PublishedWeights(
        "weights/some.npz", git_blob_id(data), repository="author/weights", commit="c" * 40
    )
    return dataclasses.replace(find_style(style_id), weights=(weights,))
