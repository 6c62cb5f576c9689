"""What an engine makes of a graph."""

from __future__ import annotations

import tempfile
from pathlib import Path

import onnx
import onnxruntime as ort


def integer_convolutions(model: Path) -> int:
    """How many of a model's convolutions ONNX Runtime computes with integers."""
    with tempfile.TemporaryDirectory() as folder:
        options = ort.SessionOptions()
        options.log_severity_level = 3  # it warns that the result suits this processor only
        options.optimized_model_filepath = str(Path(folder) / "optimised.onnx")
        ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        nodes = onnx.load(options.optimized_model_filepath).graph.node
    return sum(node.op_type == "QLinearConv" for node in nodes)
