"""``python -m scripts.coverage FILE``: whether the tests run enough of the logic's branches.

Coverage's own limit is of lines and branches together, and many lines hide few branches.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

LEAST_PERCENT: Final = 95
_NAMES: Final = {
    "lines": ("covered_lines", "num_statements"),
    "branches": ("covered_branches", "num_branches"),
}


def shares(totals: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Lines and branches, and how many percent of them were run.

    Args:
        totals: of coverage's JSON report.
    """
    for name, (run, of_all) in _NAMES.items():
        yield name, 100 * totals[run] / totals[of_all]


def main() -> None:
    """Tell what was measured.

    Raises:
        SystemExit: it isn't enough.
    """
    measured = dict(shares(json.loads(Path(sys.argv[1]).read_text())["totals"]))
    told = ", ".join(f"{share:.1f} % of {name}" for name, share in measured.items())
    sys.stdout.write(f"Run by the tests of logic: {told}\n")
    if min(measured.values()) < LEAST_PERCENT:
        sys.exit(f"At least {LEAST_PERCENT} % of each are needed")


if __name__ == "__main__":
    main()
