"""ONNX Runtime with the graph that ``torch.onnx.export`` writes, and its own defaults."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from anime_inference.logic.picture import Pixels
from bench.engines.loaded import Loaded, to_pixels, to_tensor

GRAPH = "stock.onnx"


def load(folder: Path, threads: int) -> Loaded:
    """Of ONNX Runtime's options only the threads are set, as every engine's are."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])

    def paint(rgb: Pixels) -> Pixels:
        (painted,) = session.run(None, {"image": to_tensor(rgb)})
        return to_pixels(painted[0])

    return Loaded(paint, f"ONNX Runtime {ort.__version__}")
