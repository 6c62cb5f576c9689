"""``make bench-pipeline``: what the pipeline costs around the network, and what was chosen for it.

Three tables: a megapixel from JPEG to JPEG beside the bare network; the encoders' settings; JPEGs
decoded at a part of their size.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from PIL import Image, ImageOps
from skimage.metrics import peak_signal_noise_ratio

from anime_inference.adapters.engine import EngineOptions, session_options
from anime_inference.adapters.model_store import ModelStore
from anime_inference.composition import limits_of, load_models
from anime_inference.logic.decode import decode
from anime_inference.logic.geometry import shrink
from anime_inference.logic.picture import Pixels
from anime_inference.logic.pipeline import transform
from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE
from anime_inference.settings import Settings
from anime_shared.options import FacesMode, OutputFormat, TransformOptions
from anime_shared.styles import DEFAULT_STYLE
from bench.memory import print_table

PHOTO: Final = Path("docs/pictures/coffee.jpg")
MEGAPIXEL: Final = (1224, 816)
LARGE: Final = (4242, 2828)
ROUNDS: Final = 15
ENCODERS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("JPEG", {"quality": 92, "subsampling": 0}),
    ("JPEG", {"quality": 92, "subsampling": 0, "optimize": True}),
    *(("PNG", {"compress_level": level}) for level in (1, 3, 6)),
    *(("WEBP", {"quality": 92, "method": method}) for method in (0, 2, 4)),
    *(("AVIF", {"quality": 92, "speed": speed}) for speed in (6, 8, 9, 10)),
)


def jpeg(size: tuple[int, int]) -> bytes:
    """The photo enlarged to ``size`` (width, height), as a camera would send it."""
    buffer = io.BytesIO()
    with Image.open(PHOTO) as image:
        ImageOps.fit(image, size, Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def seconds(work: Callable[[], object]) -> float:
    """Of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def around_the_network() -> None:
    """Pairs of the whole pipeline and the bare network, so that a slow moment hits both."""
    settings = Settings()
    models = load_models(settings)
    data = jpeg(MEGAPIXEL)
    options = TransformOptions(faces=FacesMode.OFF)
    session = ort.InferenceSession(
        ModelStore(settings.model_folder).read(DEFAULT_STYLE).data,
        session_options(EngineOptions()),
        providers=["CPUExecutionProvider"],
    )
    cut = models.generators.get(DEFAULT_STYLE).cut
    width, height = (cut.padded(side) for side in MEGAPIXEL)
    random = np.random.default_rng(0)
    feed = {
        "image": random.uniform(-1, 1, (1, 3, height, width)).astype(np.float32),
        "thumbnail": random.uniform(-1, 1, THUMBNAIL_SHAPE).astype(np.float32),
    }
    transform(data, options, limits_of(settings), models)
    session.run(None, feed)
    bare, whole, timings = [], [], []
    for _ in range(ROUNDS):
        bare.append(seconds(lambda: session.run(None, feed)))
        start = time.perf_counter()
        result = transform(data, options, limits_of(settings), models)
        whole.append(time.perf_counter() - start)
        timings.append(result.timings)
    added = median(w - b for w, b in zip(whole, bare, strict=True))
    rows = [
        ["bare network", f"{1e3 * median(bare):.0f}", ""],
        ["whole pipeline", f"{1e3 * median(whole):.0f}", f"+{100 * added / median(bare):.0f} %"],
        ["of it decoding", f"{1e3 * median(each.decode for each in timings):.0f}", ""],
        ["of it encoding", f"{1e3 * median(each.encode for each in timings):.0f}", ""],
    ]
    print("One megapixel, JPEG to JPEG, faces off; medians of pairs\n")
    print_table(["", "ms", "added"], iter(rows))


def encoders() -> None:
    """Time, size and loss of each setting on a painted picture."""
    settings = Settings()
    result = transform(
        jpeg(MEGAPIXEL),
        TransformOptions(format=OutputFormat.PNG),
        limits_of(settings),
        load_models(settings),
    )
    with Image.open(io.BytesIO(result.data)) as opened:
        picture = opened.convert("RGB")
    rows = []
    for kind, options in ENCODERS:
        times, data = [], b""
        for _ in range(5):
            buffer = io.BytesIO()
            times.append(seconds(partial(picture.save, buffer, kind, **options)))
            data = buffer.getvalue()
        with Image.open(io.BytesIO(data)) as opened:
            loss = _psnr(np.asarray(picture), np.asarray(opened.convert("RGB")))
        named = ", ".join(f"{name} {value}" for name, value in options.items())
        rows.append([kind, named, f"{1e3 * median(times):.0f}", f"{len(data) / 1024:.0f}", loss])
    print("Encoders, one painted megapixel\n")
    print_table(["format", "settings", "ms", "KiB", "PSNR, dB"], iter(rows))


def reduced_decoding() -> None:
    """What decoding a large JPEG at a part of its size saves, and what it changes."""
    data, limits = jpeg(LARGE), limits_of(Settings()).decode
    rows = []
    for side in (2048, 1280, 1024, 512):

        def small(most: int | None, side: int = side) -> Pixels:
            return shrink(decode(data, limits, most), side).rgb

        full, part = (
            median(seconds(partial(small, most)) for _ in range(3)) for most in (None, side)
        )
        loss = _psnr(small(None), small(side))
        rows.append([str(side), f"{1e3 * full:.0f}", f"{1e3 * part:.0f}", loss])
    print("A JPEG of twelve megapixels, decoded and shrunk to max_side\n")
    print_table(["max_side", "in full, ms", "reduced, ms", "PSNR, dB"], iter(rows))


def _psnr(first: Pixels, second: Pixels) -> str:
    if np.array_equal(first, second):
        return "equal"
    return f"{peak_signal_noise_ratio(first, second):.1f}"


if __name__ == "__main__":
    around_the_network()
    encoders()
    reduced_decoding()
