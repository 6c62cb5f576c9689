"""ONNX graphs built directly from state dicts: installing a style needs no torch."""
