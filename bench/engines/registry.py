"""The engines that are compared: the one list."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from bench.engines.loaded import Loaded


@dataclass(frozen=True, slots=True)
class Engine:
    """One row of each table.

    Attributes:
        id: how a child process is told which it is.
        title: what a reader is told.
        module: of this package; imported by the process that measures it and by no other, so
            that nobody's memory has another's libraries in it.
        loader: the function there, of folder and threads.
        tiles: paints what is large in tiles, so its memory doesn't grow with the picture.
    """

    id: str
    title: str
    module: str
    loader: str = "load"
    tiles: bool = False

    def load(self, folder: Path, threads: int) -> Loaded:
        """Make it ready, on so many threads, from what ``bench.prepare`` wrote into the folder."""
        loader = getattr(import_module(f"bench.engines.{self.module}"), self.loader)
        loaded: Loaded = loader(folder, threads)
        return loaded


TORCH: Final = Engine("torch", "torch eager", "torch_eager")
STOCK: Final = Engine("stock", "ONNX Runtime, stock export", "stock")
ENGINES: Final = (
    TORCH,
    STOCK,
    Engine("openvino", "OpenVINO, float32", "openvino", "load_exact"),
    Engine("openvino_default", "OpenVINO, as it chooses", "openvino", "load_default"),
    Engine("ncnn", "ncnn, float32", "ncnn"),
    Engine("full", "this app, full model", "own", "load_full", tiles=True),
    Engine("student", "this app, student", "own", "load_student", tiles=True),
)


def find_engine(engine_id: str) -> Engine:
    """The engine of this id."""
    return next(engine for engine in ENGINES if engine.id == engine_id)
