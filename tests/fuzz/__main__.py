"""``make fuzz``: coverage-guided fuzzing (atheris, libFuzzer) of one target, for some seconds.

What it finds lies in ``.fuzz/findings``; the line that replays it is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import sys
from pathlib import Path
from typing import Final

import atheris

_FOLDER: Final = Path(".fuzz")
# Where decisions are made in Python.
_INSTRUMENTED: Final = [
    "anime_inference",
    "anime_shared",
    "anime_web",
    "fastapi",
    "PIL",
    "python_multipart",
    "starlette",
]
_MEBIBYTES: Final = 2048
_SECONDS_EACH: Final = 15
_LONGEST: Final = 64 * 1024


def main() -> None:
    """Fuzz, or replay one input."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=["decode", "multipart", "json"])
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--replay", type=Path, help="an input that was found")
    arguments = parser.parse_args()
    with atheris.instrument_imports(include=_INSTRUMENTED):
        from tests.fuzz.seeds import corpus_of
        from tests.fuzz.targets import TARGETS
    target = TARGETS[arguments.target]
    # A line for each input would cost more than the input.
    logging.disable()
    if arguments.replay is not None:
        target(arguments.replay.read_bytes())
        print("it holds")  # noqa: T201
        return
    corpus, findings = _FOLDER / "corpus" / arguments.target, _FOLDER / "findings"
    for folder in (corpus, findings):
        folder.mkdir(parents=True, exist_ok=True)
    for seed in corpus_of(arguments.target):
        (corpus / hashlib.sha256(seed).hexdigest()).write_bytes(seed)
    prefix = f"{findings}{os.sep}{arguments.target}-"
    print(  # noqa: T201
        f"Found something? make fuzz TARGET={arguments.target} REPLAY={prefix}...", file=sys.stderr
    )
    flags = (
        f"-max_total_time={arguments.seconds}",
        f"-timeout={_SECONDS_EACH}",
        f"-rss_limit_mb={_MEBIBYTES}",
        f"-max_len={_LONGEST}",
        f"-artifact_prefix={prefix}",
        "-print_final_stats=1",
        "-verbosity=1",
    )
    atheris.Setup([sys.argv[0], *flags, str(corpus)], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
