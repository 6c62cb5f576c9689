"""What variants are compared by."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from typer.testing import CliRunner

from anime_local.ab_report import compare_variants, quantile, wilson
from anime_local.cli import app
from anime_shared.adapters.telemetry.prometheus import PrometheusMeter
from anime_shared.metrics import COST_USD, JOBS, PICTURE_SECONDS


def told(student: int, full: int, failed: int = 0) -> str:
    """What a worker tells after so many pictures."""
    meter = PrometheusMeter("worker")
    for variant, count, seconds in (("student", student, 0.2), ("full", full, 2.0)):
        labels = {"style": "hayao", "variant": variant}
        for number in range(count):
            meter.record(PICTURE_SECONDS, seconds, **labels)
            meter.record(COST_USD, seconds / 1e5, **labels)
            bad = variant == "full" and number < failed
            outcome = ("failed", "broken-picture") if bad else ("succeeded", "none")
            meter.record(JOBS, outcome=outcome[0], problem=outcome[1], **labels)
    meter.record(PICTURE_SECONDS, 0.2, style="shinkai", variant="none")
    return generate_latest(meter.told()).decode()


def test_variants_are_compared() -> None:
    full, student = compare_variants([told(90, 10, failed=2)])
    assert (full.style, full.variant, full.pictures, full.jobs) == ("hayao", "full", 10, 10)
    assert (student.variant, student.pictures, student.share) == ("student", 90, 0.9)
    assert 0.1 <= student.median_seconds <= 0.25
    assert 1.0 <= full.median_seconds <= 2.5
    assert student.failed_low == 0 < student.failed_high < 0.05
    assert full.failed_low < 0.2 < full.failed_high
    assert full.usd_per_1000 == pytest.approx(0.02)


def test_servers_that_work_together_are_added_up() -> None:
    full, student = compare_variants([told(30, 5), told(50, 15)])
    assert (student.pictures, full.pictures) == (80, 20)


def test_quantiles_are_prometheuss() -> None:
    buckets = [(1.0, 10.0), (2.0, 30.0), (math.inf, 40.0)]
    assert quantile(buckets, 0.25) == pytest.approx(1.0)
    assert quantile(buckets, 0.5) == pytest.approx(1.5)
    assert quantile(buckets, 0.9) == 2.0
    assert quantile([], 0.5) == quantile([(1.0, 0.0)], 0.5) == 0.0


def test_intervals_are_wilsons() -> None:
    assert wilson(0, 0) == (0, 1)
    # Newcombe 1998, table I.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=1e-4)


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "metrics.txt"
    file.write_text(told(9, 1))
    table = CliRunner().invoke(app, ["ab-report", str(file)])
    assert table.exit_code == 0
    assert "90.0%" in table.stdout
    lines = CliRunner().invoke(app, ["ab-report", str(file), str(file), "--json"]).stdout
    assert [json.loads(line)["pictures"] for line in lines.splitlines()] == [2, 18]
    empty = CliRunner().invoke(app, ["ab-report", "-"], input="")
    assert empty.exit_code == 0
    assert "ANIME_VARIANTS" in empty.stderr


@pytest.mark.parametrize(
    ("source", "reason"),
    [("nowhere.txt", "can't be read"), ("http://127.0.0.1:1/metrics", "doesn't answer")],
)
def test_a_source_that_is_none(source: str, reason: str) -> None:
    result = CliRunner().invoke(app, ["ab-report", source])
    assert result.exit_code == 1
    assert reason in str(result.exception)
