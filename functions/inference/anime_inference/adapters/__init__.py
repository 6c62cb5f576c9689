"""What lies outside of the process: models on disk, ONNX Runtime, downloads."""
