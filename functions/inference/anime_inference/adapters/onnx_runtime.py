"""ONNX Runtime behind the pipeline's ``Generator``."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import onnxruntime as ort

from anime_inference.adapters.engine import (
    PROVIDER_MISSING,
    EngineOptions,
    providers_of,
    session_options,
)
from anime_inference.adapters.model_store import MODEL_VERSION, Model, ModelStore
from anime_inference.adapters.places import upsampling_places
from anime_inference.logic.generator import Generator, Part
from anime_inference.logic.picture import Pixels, Tensor
from anime_inference.logic.thumbnail import thumbnail_of
from anime_inference.logic.tiles import Cut
from anime_shared.errors import ModelCorrupt, ProviderMissing, StyleNotInstalled
from anime_shared.style import Architecture, Style, Upsampling

# Pixels; a multiple of what any network asks for.
_WARM_UP_SIDE: Final = 64
# Rows that are made pixels at once.
_CACHED_ROWS: Final = 32


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a network of an architecture needs beside its weights; see ``Generator``."""

    margin: int
    reach: int
    bytes_per_pixel: int
    tile_pixels: int | None = None
    overview_pixels: int = 0
    # Whether what a run needed is kept for the next one.
    keeps_memory: bool = True


_TRAITS: Final = {
    Architecture.ANIMEGAN2: _Traits(
        margin=0, reach=64, bytes_per_pixel=1050, overview_pixels=3_000_000, keeps_memory=False
    ),
    Architecture.STUDENT: _Traits(margin=8, reach=120, bytes_per_pixel=300, tile_pixels=2_000_000),
    Architecture.PORTRAIT_STUDENT: _Traits(
        margin=0, reach=160, bytes_per_pixel=300, tile_pixels=2_000_000
    ),
}


def _traits_of(style: Style) -> _Traits:
    traits = _TRAITS[style.architecture]
    if style.upsampling is Upsampling.ALIGN_CORNERS:
        # Its upsampled tensors are the largest; the other is merged into the next convolution.
        return replace(traits, bytes_per_pixel=2100)
    return traits


class OnnxGenerator:
    """One model in one ONNX Runtime session; safe to call from many threads.

    Raises:
        ModelCorrupt: ONNX Runtime can't load the model.
        ProviderMissing: what is to paint isn't there.
        StyleNotInstalled: it was drawn by an earlier version, whose tiles and memory differ.
    """

    def __init__(self, style: Style, model: Model, options: EngineOptions) -> None:
        traits = _traits_of(style)
        self.checksum = model.sha256
        self.cut = Cut(style.multiple, traits.margin, traits.reach)
        self.bytes_per_pixel = traits.bytes_per_pixel
        self.tile_pixels = traits.tile_pixels
        self.overview_pixels = traits.overview_pixels
        session = session_options(options)
        self._how = ort.RunOptions()
        # A plan of all tensors, made for each new size, would double the peak of the first run.
        session.enable_mem_pattern = False
        if options.arena and not traits.keeps_memory:
            arenas = "cpu:0" if options.provider == "cpu" else "cpu:0;gpu:0"
            self._how.add_run_config_entry("memory.enable_memory_arena_shrinkage", arenas)
        providers = providers_of(options.provider)
        try:
            self._session = ort.InferenceSession(model.data, session, providers=providers)
        except Exception as error:  # ONNX Runtime's own exceptions have no common base
            raise ModelCorrupt(
                f"style: the model of {style.id} can't be loaded", field="style"
            ) from error
        if self._session.get_providers()[0] != providers[0]:
            # ONNX Runtime itself would go on with the processor, many times slower.
            raise ProviderMissing(PROVIDER_MISSING)
        self._inputs = {item.name for item in self._session.get_inputs()}
        self._options = {item.name for item in self._session.get_overridable_initializers()}
        if style.bundled is None and self._session.get_modelmeta().version < MODEL_VERSION:
            raise StyleNotInstalled(
                f"style: {style.id} was installed by an earlier version; "
                f"`animegan models pull {style.id}` installs it anew",
                field="style",
            )

    def measure(self, overview: Pixels) -> Tensor:
        """See :class:`anime_inference.logic.generator.Generator`."""
        (measured,) = self._session.run(["measured"], {"image": _to_tensor(overview)}, self._how)
        return np.asarray(measured, np.float32)

    def paint(self, rgb: Pixels, thumbnail: Pixels, part: Part | None = None) -> Pixels:
        """See :class:`anime_inference.logic.generator.Generator`."""
        return _to_pixels(self._run(rgb, thumbnail, part))

    def _run(self, rgb: Pixels, thumbnail: Pixels, part: Part | None) -> Tensor:
        feed = {"image": _to_tensor(rgb)}
        if "thumbnail" in self._inputs:
            feed["thumbnail"] = _to_tensor(thumbnail)
        if part is not None and part.statistics is not None:
            feed["statistics"] = part.statistics
        if part is not None and "place" in self._options:
            feed["place"] = upsampling_places(part, *rgb.shape[:2])
        (painted,) = self._session.run(["painted"], feed, self._how)
        return np.asarray(painted, np.float32)

    def warm_up(self) -> None:
        """Run once on a small picture: the first run allocates and picks kernels."""
        black = np.zeros((_WARM_UP_SIDE, _WARM_UP_SIDE, 3), np.uint8)
        self.paint(black, thumbnail_of(black))


@dataclass(slots=True)
class LoadedGenerators:
    """Loads each style's model once in a process, at its first use."""

    store: ModelStore
    options: EngineOptions
    _loaded: dict[str, Generator] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def get(self, style: Style) -> Generator:
        """See :class:`anime_inference.logic.generator.Generators`."""
        with self._lock:
            if style.id not in self._loaded:
                generator = OnnxGenerator(style, self.store.read(style), self.options)
                generator.warm_up()
                self._loaded[style.id] = generator
            return self._loaded[style.id]

    def checksum(self, style: Style) -> str:
        """See :class:`anime_inference.logic.generator.Generators`."""
        loaded = self._loaded.get(style.id)
        return loaded.checksum if loaded else self.store.checksum(style)


def _to_tensor(rgb: Pixels) -> Tensor:
    """``uint8[H, W, planes]`` to ``float32[1, planes, H, W]`` in [-1, 1]."""
    # Planes first, while they are bytes: everything after that runs through memory in order.
    planes = np.ascontiguousarray(rgb.transpose(2, 0, 1))[None]
    tensor: Tensor = np.multiply(planes, np.float32(1 / 127.5), dtype=np.float32)
    tensor -= np.float32(1)
    return tensor


def _to_pixels(tensor: Tensor) -> Pixels:
    """The inverse of :func:`_to_tensor`, rounded and clipped."""
    _, colours, height, width = tensor.shape
    pixels = np.empty((height, width, colours), np.uint8)
    # A few rows at a time stay in the processor's cache from the first step to the last.
    band = np.empty((_CACHED_ROWS, width), np.float32)
    for top in range(0, height, _CACHED_ROWS):
        rows = slice(top, min(top + _CACHED_ROWS, height))
        scaled = band[: rows.stop - top]
        for colour in range(colours):
            np.multiply(tensor[0, colour, rows], np.float32(127.5), out=scaled)
            scaled += np.float32(127.5)
            np.rint(scaled, out=scaled)
            np.clip(scaled, 0, 255, out=scaled)
            pixels[rows, :, colour] = scaled
    return pixels
