"""OpenVINO with the graph that ``torch.onnx.export`` writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openvino

from anime_inference.logic.picture import Pixels
from bench.engines.loaded import Loaded, to_pixels, to_tensor
from bench.engines.stock import GRAPH


def load_exact(folder: Path, threads: int) -> Loaded:
    """In float32, as the teacher computes; see :class:`bench.engines.registry.Engine`."""
    return _load(folder, threads, {"INFERENCE_PRECISION_HINT": "f32"})


def load_default(folder: Path, threads: int) -> Loaded:
    """In the precision that it chooses: bfloat16 on processors that multiply it (AMX)."""
    return _load(folder, threads, {})


def _load(folder: Path, threads: int, options: dict[str, Any]) -> Loaded:
    options = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", **options}
    model = openvino.Core().compile_model(folder / GRAPH, "CPU", options)
    request = model.create_infer_request()
    precision = model.get_property("INFERENCE_PRECISION_HINT").to_string()

    def paint(rgb: Pixels) -> Pixels:
        return to_pixels(request.infer({"image": to_tensor(rgb)})[0][0])

    version = openvino.__version__.partition("-")[0]
    return Loaded(paint, f"OpenVINO {version}, computing in {precision}")
