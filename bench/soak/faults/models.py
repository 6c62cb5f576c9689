"""A model file is deleted while the server runs."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anime_inference
from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_inference.adapters.model_store import ModelStore
from anime_shared.styles import find_style, installed_file
from bench.soak.crowd import Crowd
from bench.soak.faults.base import Fault
from bench.soak.faults.processes import INFERENCE, WORKER
from bench.soak.stack import Stack
from tests.weights import random_state_dict


class _ModelDeleted(Fault):
    _file: Path

    async def _away(self, seconds: float) -> float:
        data = self._file.read_bytes()
        self._file.unlink()
        await asyncio.sleep(seconds)
        new = self._file.with_suffix(".new")
        new.write_bytes(data)
        new.replace(self._file)
        return time.monotonic()


class InstalledModelDeleted(_ModelDeleted):
    """Of a style that the operator installed."""

    name = "installed model deleted"
    does = "the file of an installed style is deleted, and put back"
    expected = ("409 style-not-installed",)
    style = "paprika"

    @contextmanager
    def stack(self, folder: Path) -> Iterator[Stack]:
        """With one style of random weights, which cost the same time."""
        style = find_style(self.style)
        models = folder / "models"
        assert style.upsampling is not None
        graph = build_animegan2(random_state_dict(), style.upsampling)
        ModelStore(models).install(style, graph.SerializeToString())
        file = installed_file(style, models)
        assert file is not None
        self._file = file
        with Stack(folder, settings={"ANIME_MODEL_FOLDER": str(models)}).running() as running:
            yield running

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Delete it, wait, put it back."""
        return await self._away(seconds)


class BundledModelDeleted(_ModelDeleted):
    """Of the default style, and whoever has it in memory ends."""

    name = "bundled model deleted"
    does = (
        "the default style's file is deleted and both processes that paint are killed, so that "
        "neither can start until it is put back"
    )
    expected = ("409 style-not-installed",)

    @contextmanager
    def stack(self, folder: Path) -> Iterator[Stack]:
        """With a copy of the code that paints."""
        copy = folder / "code" / "anime_inference"
        shutil.copytree(Path(anime_inference.__file__).parent, copy)
        self._file = copy / "models" / "hayao.onnx"
        with Stack(folder, settings={"PYTHONPATH": str(copy.parent)}).running() as running:
            yield running

    async def strike(self, stack: Stack, crowd: Crowd, seconds: float) -> float:  # noqa: ARG002
        """Delete it and kill, wait, put it back."""
        away = asyncio.create_task(self._away(seconds))
        await asyncio.sleep(0)
        for module in (INFERENCE, WORKER):
            stack.process(module).kill()
        return await away
