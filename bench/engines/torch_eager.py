"""The full model as PyTorch runs it without any compilation: what all others are compared with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from anime_inference.adapters.state_dict import StateDict
from anime_inference.logic.picture import Pixels
from anime_shared.style import Upsampling
from bench.engines.loaded import Loaded, to_pixels, to_tensor
from training.generator import Generator

WEIGHTS = "weights.npz"


def load(folder: Path, threads: int) -> Loaded:
    """See :class:`bench.engines.registry.Engine`."""
    with np.load(folder / WEIGHTS) as arrays:
        return from_weights({name: arrays[name] for name in arrays.files}, threads)


def from_weights(weights: StateDict, threads: int | None = None) -> Loaded:
    """On as many threads as torch likes if none are named."""
    if threads is not None:
        torch.set_num_threads(threads)
    generator = Generator(Upsampling.ASYMMETRIC).eval()
    generator.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})

    def paint(rgb: Pixels) -> Pixels:
        with torch.inference_mode():
            painted = generator(torch.from_numpy(to_tensor(rgb)))[0].numpy()
        return to_pixels(painted)

    return Loaded(paint, f"torch {torch.__version__}")
