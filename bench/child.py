"""One engine at one size, in a process of its own, so that its peak memory is its own."""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from anime_inference.adapters.model_store import Model
from anime_inference.adapters.onnx_runtime import EngineOptions, OnnxGenerator
from anime_inference.logic.memory import Memory
from anime_inference.logic.picture import Pixels
from anime_inference.logic.stylise import paint
from anime_shared.styles import DEFAULT_STYLE, Upsampling, find_style
from tests.weights import random_state_dict

_WARM_UP_SECONDS = 2
Paint = Callable[[Pixels], Pixels]


def torch_eager() -> Paint:
    """The full model as PyTorch runs it without any compilation."""
    torch = importlib.import_module("torch")
    from training.generator import Generator  # noqa: PLC0415 - torch is there in this child only

    generator = Generator(Upsampling.ASYMMETRIC).eval()
    state = {name: torch.from_numpy(values) for name, values in random_state_dict().items()}
    generator.load_state_dict(state)

    def paint(rgb: Pixels) -> Pixels:
        with torch.inference_mode():
            tensor = torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 127.5 - 1
            painted = (generator(tensor)[0].permute(1, 2, 0) + 1) * 127.5
            pixels: Pixels = painted.clamp(0, 255).byte().numpy()
        return pixels

    return paint


def onnx_full() -> Paint:
    """The full model in ONNX Runtime; its weights are random, which costs the same time."""
    from anime_inference.adapters.graphs.animegan2 import build_animegan2  # noqa: PLC0415

    graph = build_animegan2(random_state_dict(), Upsampling.ASYMMETRIC)
    model = Model(graph.SerializeToString(), "")
    return _painter(OnnxGenerator(find_style("hayao_full"), model, EngineOptions()))


def student() -> Paint:
    """The bundled style."""
    from anime_inference.composition import load_models  # noqa: PLC0415
    from anime_inference.settings import Settings  # noqa: PLC0415

    generator = load_models(Settings()).generators.get(DEFAULT_STYLE)
    assert isinstance(generator, OnnxGenerator)
    return _painter(generator)


def _painter(generator: OnnxGenerator) -> Paint:
    return lambda rgb: paint(rgb, generator, Memory(1 << 62))


ENGINES: dict[str, Callable[[], Paint]] = {
    "torch eager, full model": torch_eager,
    "ONNX Runtime, full model": onnx_full,
    "bundled student": student,
}


def peak_mib() -> float:
    """Peak resident memory of this process so far; Linux only.

    Not ``ru_maxrss``: that begins with the peak of the process that started this one.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(engine: str, side: int, runs: int) -> None:
    """Print one JSON object: seconds of each run, and peak memory in MiB."""
    paint = ENGINES[engine]()
    photo = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
    before = peak_mib()
    # A short network needs many runs until the system has settled its threads.
    warm = time.perf_counter() + _WARM_UP_SECONDS
    paint(photo)
    while time.perf_counter() < warm:
        paint(photo)
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        paint(photo)
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": seconds, "peak": peak_mib(), "before": before}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
