"""How log lines are written; the one place that knows where they go.

Every line has the service's name and the correlation id. None has a photo, a file's name or an
address: nobody logs them.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from anime_shared import trail
from anime_shared.errors import InvalidField
from anime_shared.settings import PlatformSettings

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

_FILE_BYTES: Final = 10 * 2**20
_OLD_FILES: Final = 5
# Of the product, and of the module that a process was started with. Others tell whole addresses,
# and those of webhooks may hold secrets.
OWN: Final = ("__main__", "anime_inference", "anime_local", "anime_shared", "anime_web")
# What moves a terminal's cursor or ends a line, but for the newlines of a traceback.
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def start_logging(settings: PlatformSettings, service: str, level: str | None = None) -> None:
    """Lines on stderr and, if the settings name a folder, in a file of the service's own.

    ``level`` goes before the setting's; of libraries, only warnings are written.

    Raises:
        InvalidField: the folder can't be written.
    """
    trail.name_in_logs()
    formatter = _json(service) if settings.log_format == "json" else _Text(service)
    handlers = list(_handlers(settings.log_dir, service))
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    for name in OWN:
        logging.getLogger(name).setLevel((level or settings.log_level).upper())
    # It has a line for each form that is malformed.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)


def log_as_json(settings: PlatformSettings, service: str) -> Logger:
    """Lines for machines, on stdout, as CloudWatch reads them.

    What the modules of ``anime_<service>`` and ``anime_shared`` log is among them.
    """
    # It costs a tenth of a second, which the embedded processes needn't pay.
    from aws_lambda_powertools import Logger  # noqa: PLC0415
    from aws_lambda_powertools.logging.utils import (  # noqa: PLC0415
        copy_config_to_registered_loggers,
    )

    trail.name_in_logs()
    logger = Logger(service=service, level=settings.log_level.upper())
    packages = {f"anime_{service}", "anime_shared"}
    for package in packages:
        logging.getLogger(package)
    copy_config_to_registered_loggers(logger, include=packages)
    return logger


def _handlers(folder: Path | None, service: str) -> Iterator[logging.Handler]:
    yield logging.StreamHandler(sys.stderr)
    if folder is None:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield RotatingFileHandler(
            folder / f"{service}.log", maxBytes=_FILE_BYTES, backupCount=_OLD_FILES
        )
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InvalidField(f"ANIME_LOG_DIR: {reason}", field="ANIME_LOG_DIR") from None


def _json(service: str) -> logging.Formatter:
    from aws_lambda_powertools.logging.formatter import (  # noqa: PLC0415
        LambdaPowertoolsFormatter,
    )

    return LambdaPowertoolsFormatter(service=service, use_rfc3339=True)


class _Text(logging.Formatter):
    """Lines for people: a record begins at the beginning of one, and nothing else does."""

    def __init__(self, service: str) -> None:
        super().__init__(
            f"%(asctime)s {service:11} %(levelname)-7s %(name)s: %(message)s%(trail)s", "%H:%M:%S"
        )

    def format(self, record: logging.LogRecord) -> str:
        """The line, its correlation id in brackets; none can be forged by what is logged."""
        known = getattr(record, "correlation_id", None)
        record.trail = "" if known is None else f" [{known}]"
        text = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], super().format(record))
        return text.replace("\n", "\n    | ")
