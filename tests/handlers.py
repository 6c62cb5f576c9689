"""Both functions' handlers, loaded as Lambda loads them."""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

Event = dict[str, Any]
Handler = Callable[[Event], Event]


@dataclass(frozen=True)
class Context:
    """What Lambda tells of an invocation."""

    function_name: str
    memory_limit_in_mb: int = 3008
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:000000000000:function:function:live"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"


@contextmanager
def own_loop() -> Iterator[None]:
    """For Mangum, which would make one and never close it: on Lambda it lives as the process."""
    with closing(asyncio.new_event_loop()) as loop:
        asyncio.set_event_loop(loop)
        yield
        asyncio.set_event_loop(None)


@contextmanager
def loaded(function: Literal["inference", "web"]) -> Iterator[Handler]:
    """The handler of a new process with today's environment; the loggers are put back after it."""
    module = f"anime_{function}.entry.aws"
    loggers = [logging.getLogger(name) for name in (f"anime_{function}", "anime_shared")]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    sys.modules.pop(module, None)
    # Its stream is the standard output of the test before.
    logging.Logger.manager.loggerDict.pop(function, None)
    try:
        with own_loop():
            handler = importlib.import_module(module).handler
            yield lambda event: dict(handler(event, Context(function)))
    finally:
        sys.modules.pop(module, None)
        for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)
