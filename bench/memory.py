"""``make bench-memory``: memory foretold and measured, and what tiles change in the picture.

``docs/memory.md`` quotes both tables. With ``WEIGHTS=folder`` the full model is installed from
there; otherwise its weights are random, which takes the same memory and says little of the
difference.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil
from PIL import Image, ImageOps
from rich.console import Console
from rich.progress import track

from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_inference.adapters.install import install_from_folder
from anime_inference.adapters.model_store import ModelStore
from anime_inference.adapters.onnx_runtime import OnnxGenerator
from anime_inference.composition import load_models
from anime_inference.logic.decode import decode
from anime_inference.logic.limits import ClipLimits, DecodeLimits, PipelineLimits
from anime_inference.logic.memory import HELD_BYTES, Memory
from anime_inference.logic.picture import Pixels
from anime_inference.logic.pipeline import transform
from anime_inference.logic.stylise import paint, plan, run_bytes
from anime_inference.settings import Settings
from anime_shared.options import FacesMode, OutputFormat, TransformOptions
from anime_shared.style import Upsampling
from anime_shared.styles import DEFAULT_STYLE, find_style
from bench.process import peak_mib
from tests.weights import random_state_dict

FULL: Final = find_style("hayao_full")
PHOTO: Final = Path("docs/pictures/coffee.jpg")
# Width and height in pixels; the last is a panorama.
SIZES: Final = ((1224, 816), (1732, 1155), (4242, 2828), (6000, 4000), (20_000, 5000))
FULL_SIZES: Final = ((1732, 1155), (4242, 2828))
NO_LIMIT: Final = 1 << 62
DEFAULT_BUDGET: Final = Settings.model_fields["memory_budget"].default
# Of the full model, so that two megapixels are cut as twelve are by default.
TIGHT_BUDGET: Final = 1 << 30
ROOM_FOR_LARGEST: Final = 18 << 30
MEMORY_HEADINGS: Final = [
    "style",
    "megapixels",
    "budget, MiB",
    "runs",
    "process, MiB",
    "foretold, MiB",
    "measured, MiB",
    "all, MiB",
    "seconds",
]
DIFFERENCE_HEADINGS: Final = ["style", "photo", "megapixels", "mean", "99.9 %", "most", "PSNR, dB"]


def measure(style_id: str, photo: Path, budget: int, models_folder: Path) -> dict[str, Any]:
    """The whole path of a photo in this process: bytes foretold, measured peak, seconds."""
    models = load_models(Settings(model_folder=models_folder))
    generator = models.generators.get(find_style(style_id))
    # What the detector needs is the same for every photo, and stays in the process.
    models.detectors.get().detect(np.zeros((640, 640, 3), np.uint8))
    with Image.open(photo) as image:
        width, height = image.size
    memory = Memory(budget, width * height)
    tiles = plan(height, width, generator, memory)
    data = photo.read_bytes()
    options = TransformOptions(style=style_id, faces=FacesMode.AUTO, format=OutputFormat.JPEG)
    limits = PipelineLimits(
        DecodeLimits(NO_LIMIT, NO_LIMIT), budget, ClipLimits(NO_LIMIT, NO_LIMIT, NO_LIMIT)
    )
    before = peak_mib()
    start = time.perf_counter()
    transform(data, options, limits, models)
    return {
        "runs": len(tiles),
        "foretold": (HELD_BYTES * width * height + run_bytes(tiles, generator)) / 2**20,
        "process": before,
        "peak": peak_mib(),
        "seconds": time.perf_counter() - start,
    }


def compare(style_id: str, photo: Path, budget: int, models_folder: Path) -> dict[str, Any]:
    """A photo in tiles and as a whole: how many grey levels are between them."""
    models = load_models(Settings(model_folder=models_folder))
    generator = models.generators.get(find_style(style_id))
    assert isinstance(generator, OnnxGenerator)
    rgb = decode(photo.read_bytes(), DecodeLimits(NO_LIMIT, NO_LIMIT)).rgb
    tiled = paint(rgb, generator, Memory(budget, rgb.shape[0] * rgb.shape[1]))
    generator.tile_pixels = None
    whole = paint(rgb, generator, Memory(NO_LIMIT))
    return _difference(tiled, whole)


def _difference(tiled: Pixels, whole: Pixels) -> dict[str, Any]:
    levels = np.abs(tiled.astype(np.int16) - whole)
    squares = float(np.square(levels, dtype=np.float32).mean(dtype=np.float64))
    return {
        "mean": float(levels.mean()),
        "most": float(np.quantile(levels, 0.999)),
        "max": int(levels.max()),
        "psnr": float(10 * np.log10(255**2 / squares)) if squares else None,
    }


def child(task: str, *arguments: str) -> dict[str, Any]:
    """A task in a process of its own, whose peak is its own."""
    command = [sys.executable, "-m", "bench.memory", task, *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def install_full(folder: Path, weights: Path | None) -> None:
    """The full model into ``folder``; of random weights if there are no others."""
    store = ModelStore(folder)
    if weights is not None:
        install_from_folder(FULL, store, weights)
    else:
        graph = build_animegan2(random_state_dict(), Upsampling.ASYMMETRIC)
        store.install(FULL, graph.SerializeToString())


def enlarged(photo: Path, size: tuple[int, int], folder: Path) -> Path:
    """The middle of the photo at this width and height, as a JPEG."""
    file = folder / f"{size[0]}x{size[1]}.jpg"
    if not file.exists():
        with Image.open(photo) as image:
            ImageOps.fit(image.convert("RGB"), size, Image.Resampling.BICUBIC).save(file)
    return file


def memory_rows(folder: Path, photo: Path) -> Iterator[list[str]]:
    """Each style and size: memory foretold and measured, seconds."""
    plans = [(DEFAULT_STYLE.id, size, DEFAULT_BUDGET) for size in SIZES]
    plans += [(DEFAULT_STYLE.id, SIZES[2], TIGHT_BUDGET // 2)]
    plans += [(FULL.id, FULL_SIZES[0], DEFAULT_BUDGET), (FULL.id, FULL_SIZES[0], TIGHT_BUDGET)]
    plans += [(FULL.id, FULL_SIZES[1], DEFAULT_BUDGET)]
    for style, size, budget in track(plans, "memory", console=Console(stderr=True)):
        found = child(
            "measure", style, str(enlarged(photo, size, folder)), str(budget), str(folder)
        )
        yield [
            f"`{style}`",
            f"{size[0] * size[1] / 1e6:.0f}",
            f"{budget >> 20}",
            str(found["runs"]),
            f"{found['process']:.0f}",
            f"{found['foretold']:.0f}",
            f"{found['peak'] - found['process']:.0f}",
            f"{found['peak']:.0f}",
            f"{found['seconds']:.0f}",
        ]


def difference_rows(folder: Path, photos: list[Path]) -> Iterator[list[str]]:
    """Each style, photo and size: what tiles change, where the whole fits into this machine."""
    plans = [(DEFAULT_STYLE.id, PHOTO, size, DEFAULT_BUDGET) for size in SIZES[1:3]]
    plans += [(FULL.id, photo, FULL_SIZES[0], TIGHT_BUDGET) for photo in photos]
    if psutil.virtual_memory().available > ROOM_FOR_LARGEST:
        plans.append((FULL.id, photos[0], FULL_SIZES[1], DEFAULT_BUDGET))
    for style, photo, size, budget in track(plans, "pictures", console=Console(stderr=True)):
        own = folder / photo.stem
        own.mkdir(exist_ok=True)
        found = child("compare", style, str(enlarged(photo, size, own)), str(budget), str(folder))
        yield [
            f"`{style}`",
            photo.stem,
            f"{size[0] * size[1] / 1e6:.0f}",
            f"{found['mean']:.2f}",
            f"{found['most']:.0f}",
            str(found["max"]),
            f"{found['psnr']:.1f}" if found["max"] else "equal",
        ]


def print_table(headings: list[str], rows: Iterator[list[str]]) -> None:
    """In Markdown."""
    print(f"| {' | '.join(headings)} |")
    print(f"|{'---|' * len(headings)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)
    print()


def main(weights: Path | None, photos: list[Path]) -> None:
    """Both tables."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install_full(folder, weights)
        print_table(MEMORY_HEADINGS, memory_rows(folder, PHOTO))
        print_table(DIFFERENCE_HEADINGS, difference_rows(folder, photos or [PHOTO]))


if __name__ == "__main__":
    if sys.argv[1:2] in (["measure"], ["compare"]):
        task, style, photo, budget, folder = sys.argv[1:]
        run = {"measure": measure, "compare": compare}[task]
        print(json.dumps(run(style, Path(photo), int(budget), Path(folder))))
    else:
        given = [Path(argument) for argument in sys.argv[1:]]
        main(given[0] if given else None, given[1:])
