"""``make mutants``: whether the tests notice when logic is changed, change by change (mutmut).

What is changed, and the tests that must notice, stand in pyproject.toml. A change that nobody
notices fails, unless explained.toml says why.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

from tests.mutants.explained import Change, stale, unexplained

ROOT: Final = Path(__file__).parents[2]
# mutmut knows packages only at the root or in `src`, and writes beside them.
STAGE: Final = ROOT / ".mutants"
PACKAGES: Final = (
    "functions/inference/anime_inference",
    "functions/local/anime_local",
    "functions/web/anime_web",
    "layers/shared/anime_shared",
)
BESIDE: Final = ("docs/pictures", "frontend_site", "scripts", "tests")
EXPLAINED: Final = Path(__file__).with_name("explained.toml")
UNNOTICED: Final = ("survived", "no tests", "suspicious", "not checked")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change, and what became of it."""

    change: Change
    status: str


def stage() -> None:
    """Copy what is changed and tested."""
    shutil.rmtree(STAGE, ignore_errors=True)
    ignored = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, STAGE / "src" / Path(package).name, ignore=ignored)
    for folder in BESIDE:
        shutil.copytree(ROOT / folder, STAGE / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", STAGE)


def run(digits: str, minutes: float) -> int:
    """Try all changes whose number ends with one of the digits; mutmut's exit status.

    After so many minutes what is left stays unchecked.
    """
    command = [str(Path(sys.executable).with_name("mutmut")), "run"]
    with subprocess.Popen(
        [*command, *(f"*__mutmut_*{digit}" for digit in digits)], cwd=STAGE
    ) as it:
        try:
            return it.wait(60 * minutes)
        except subprocess.TimeoutExpired:
            it.send_signal(signal.SIGINT)
            return it.wait(60)


def tried(digits: str) -> Iterator[Mutant]:
    """The changes that were to be tried, with what mutmut noted of them."""
    for file in sorted(STAGE.glob("mutants/src/**/*.meta")):
        path = file.relative_to(STAGE / "mutants").with_suffix("")
        for name, code in json.loads(file.read_text())["exit_code_by_key"].items():
            if name[-1] in digits:
                with chdir(STAGE):
                    diff = get_diff_for_mutant(name, path=path)
                module = ".".join(path.with_suffix("").parts[1:])
                yield Mutant(Change.of(module, diff), status_by_exit_code[code])


def report(mutants: list[Mutant]) -> None:
    """Tell of each module how many were noticed."""
    for module in sorted({mutant.change.module for mutant in mutants}):
        counts = Counter(each.status for each in mutants if each.change.module == module)
        told = ", ".join(f"{count} {status}" for status, count in counts.most_common())
        sys.stdout.write(f"{module}: {told}\n")


def main() -> None:
    """Try, and tell.

    Raises:
        SystemExit: mutmut failed, a change went unnoticed, or an explanation explains nothing.
    """
    digits, minutes = os.environ["MUTANT_DIGITS"], float(os.environ["MUTANT_MINUTES"])
    stage()
    if run(digits, minutes) != 0:
        sys.exit("mutmut failed; what it said stands above")
    mutants = list(tried(digits))
    report(mutants)
    explanations = tomllib.loads(EXPLAINED.read_text())["explained"]
    seen = [mutant.change for mutant in mutants if mutant.status in UNNOTICED]
    wrong = [f"not noticed: {change}" for change in unexplained(seen, explanations)]
    wrong += [
        f"explained, but no more there: {text}" for text in stale(explanations, STAGE / "src")
    ]
    sys.stdout.write(f"{len(mutants)} changes, those whose number ends with one of {digits}\n")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
