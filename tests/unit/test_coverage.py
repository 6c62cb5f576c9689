"""Whether too little coverage is noticed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from scripts import coverage


@pytest.mark.parametrize(
    ("lines", "branches", "enough"), [(95, 95, True), (100, 94, False), (94, 100, False)]
)
def test_lines_and_branches_are_judged_apart(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lines: int,
    branches: int,
    *,
    enough: bool,
) -> None:
    totals = {
        "covered_lines": 10 * lines,
        "num_statements": 1000,
        "covered_branches": branches,
        "num_branches": 100,
    }
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"totals": totals}))
    monkeypatch.setattr(sys, "argv", ["coverage", str(report)])
    if enough:
        coverage.main()
    else:
        with pytest.raises(SystemExit, match="95 % of each"):
            coverage.main()
    assert f"{lines}.0 % of lines, {branches}.0 % of branches" in capsys.readouterr().out
