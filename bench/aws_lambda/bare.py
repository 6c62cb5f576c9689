"""The pipeline without Lambda, to compare with."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bench.aws_lambda.runtime import ROOT, Runtime

Bare = Callable[[Path], float]
StartBare = Callable[[], AbstractContextManager[Bare]]


@contextmanager
def bare_pipeline(runtime: Runtime, style: str, settings: Mapping[str, str]) -> Iterator[Bare]:
    """Paints a file and tells the seconds, in a process with the function's own packages."""
    modules = ":".join(str(each) for each in runtime.modules)
    command = [str(runtime.python), str(ROOT / "bench/aws_lambda/bare_child.py"), style]
    with subprocess.Popen(  # noqa: S603
        command,
        env={**os.environ, **settings, "PYTHONPATH": modules},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        sent, told = process.stdin, process.stdout

        def paint(file: Path) -> float:
            sent.write(f"{file}\n")
            sent.flush()
            return float(told.readline())

        yield paint
