"""Logger, tracer and metrics; the one place that knows how they are told to anyone."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


def log_as_text(service: str, level: int = logging.INFO) -> None:
    """Lines for people, on stderr, as the embedded processes write them."""
    logging.basicConfig(
        stream=sys.stderr,
        level=level,
        format=f"%(asctime)s {service:11} %(levelname)-7s %(name)s: %(message)s",
        datefmt="%H:%M:%S",
        force=True,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # It tells whole addresses, and those of webhooks may hold secrets.
    logging.getLogger("httpx2").setLevel(logging.WARNING)


def log_as_json(service: str) -> Logger:
    """Lines for machines, on stdout, as CloudWatch reads them.

    What the modules of ``anime_<service>`` and ``anime_shared`` log is among them.
    """
    # It costs a tenth of a second, which the embedded processes needn't pay.
    from aws_lambda_powertools import Logger  # noqa: PLC0415
    from aws_lambda_powertools.logging.utils import (  # noqa: PLC0415
        copy_config_to_registered_loggers,
    )

    logger = Logger(service=service)
    packages = {f"anime_{service}", "anime_shared"}
    for package in packages:
        logging.getLogger(package)
    copy_config_to_registered_loggers(logger, include=packages)
    return logger
