"""Logger, tracer and metrics; the one place that knows how they are told to anyone."""

from __future__ import annotations

import logging
import sys
from typing import Final

NAMESPACE: Final = "AnimeGAN"


def log_as_text(service: str, level: int = logging.INFO) -> None:
    """Lines for people, on stderr, as the embedded processes write them."""
    logging.basicConfig(
        stream=sys.stderr,
        level=level,
        format=f"%(asctime)s {service:11} %(levelname)-7s %(name)s: %(message)s",
        datefmt="%H:%M:%S",
        force=True,
    )
