"""Paints the files that are named on standard input; prints the seconds that each took."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from anime_inference.composition import limits_of, load_models
from anime_inference.logic.pipeline import transform
from anime_inference.settings import read_settings
from anime_shared.options import TransformOptions


def main(style: str) -> None:
    """Answer line by line, until there are no more."""
    settings = read_settings()
    models = load_models(settings)
    options = TransformOptions(style=style)
    for line in sys.stdin:
        photo = Path(line.rstrip("\n")).read_bytes()
        start = time.perf_counter()
        transform(photo, options, limits_of(settings), models)
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
