"""Logger, tracer and metrics; the one place that knows how they are told to anyone."""

from __future__ import annotations

import logging
import re
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

# What moves a terminal's cursor or ends a line, but for the newlines of a traceback.
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class _Honest(logging.Formatter):
    """A record begins at the beginning of a line, and nothing else does: none can be forged."""

    def format(self, record: logging.LogRecord) -> str:
        text = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], super().format(record))
        return text.replace("\n", "\n    | ")


def log_as_text(service: str, level: int = logging.INFO) -> None:
    """Lines for people, on stderr, as the embedded processes write them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Honest(f"%(asctime)s {service:11} %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    # It has a line for each form that is malformed.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
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
