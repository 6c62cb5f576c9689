"""Dashboards and alerts know every metric of the list, and no other."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from anime_shared.metrics import METRICS, Kind, Metric
from scripts.dashboard import DASHBOARD, dashboard

ALERTS = DASHBOARD.parents[2] / "prometheus/alerts.yml"
_USE = re.compile(r"\b(anime_\w+)(?:\{([^}]*)\})?")
_BY_NAME = {metric.name: metric for metric in METRICS}
_BEYOND = {"instance", "job", "le", "service"}


def queries() -> list[str]:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", [])]


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def used_in(expression: str) -> list[tuple[Metric, str]]:
    """The metrics of an expression, each with the labels that it is chosen by."""
    found = []
    for name, chosen in _USE.findall(expression):
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        metric = _BY_NAME.get(name) or _BY_NAME[base]
        assert (metric.kind is Kind.HISTOGRAM) == (base != name), name
        found.append((metric, chosen))
    return found


def test_the_dashboard_is_todays() -> None:
    assert DASHBOARD.read_text() == dashboard(), "run `make docs`"


def test_the_dashboard_shows_every_metric() -> None:
    shown = {metric.name for query in queries() for metric, _ in used_in(query)}
    assert shown == _BY_NAME.keys()


@pytest.mark.parametrize("expression", [*queries(), *(rule["expr"] for rule in rules())])
def test_labels_are_those_of_the_metric(expression: str) -> None:
    known = set(_BEYOND)
    for metric, chosen in used_in(expression):
        named = set(re.findall(r"(\w+)(?:=|!)", chosen))
        assert named <= {*metric.labels, "service"}
        known |= set(metric.labels)
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        assert {label.strip() for label in grouped.split(",")} <= known


def test_panels_lie_beside_each_other() -> None:
    panels = json.loads(DASHBOARD.read_text())["panels"]
    taken: set[tuple[int, int]] = set()
    for place in (panel["gridPos"] for panel in panels):
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        assert max(x for x, _ in cells) < 24
        taken |= cells


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None:
        assert not os.environ.get("CI"), "make prometheus installs promtool"
        pytest.skip("promtool isn't here: make prometheus installs it")
    return found


def check(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_alerts(promtool: str) -> None:
    check(promtool, "check", "rules", str(ALERTS))


# Ten samples a minute apart, and at which minute it must be told.
_TROUBLES = {
    "AnimeDown": {'up{job="inference",instance="a"}': "1x5 0x20"},
    "AnimeErrors": {
        'anime_requests_total{service="web",route="/upload",status="500"}': "0+1x40",
        'anime_requests_total{service="web",route="/upload",status="200"}': "0+50x40",
    },
    "AnimeRefusing": {
        'anime_requests_total{service="web",route="/upload",status="503"}': "0+20x40",
        'anime_requests_total{service="web",route="/upload",status="200"}': "0+80x40",
    },
    "AnimeSlow": {
        'anime_request_seconds_bucket{service="web",route="/upload",le="10"}': "0+8x40",
        'anime_request_seconds_bucket{service="web",route="/upload",le="30"}': "0+10x40",
        'anime_request_seconds_bucket{service="web",route="/upload",le="+Inf"}': "0+10x40",
    },
    "AnimeJobsWaiting": {'anime_queue_age_seconds{service="web",queue="jobs"}': "0+60x40"},
    "AnimeJobsGivenUp": {'anime_jobs_total{service="worker",outcome="given_up"}': "_x20 1x20"},
    "AnimeReturning": {
        'anime_deliveries_total{service="worker",queue="jobs",outcome="returned"}': "0+1x40",
        'anime_deliveries_total{service="worker",queue="jobs",outcome="settled"}': "0+2x40",
    },
    "AnimeRestarting": {'anime_starts_total{service="worker",instance="a"}': "1+1x40"},
    "AnimeMemory": {'anime_memory_bytes{service="worker",instance="a"}': "3700000000x40"},
}
_CALM = {
    'up{job="web",instance="a"}': "1x60",
    'anime_requests_total{service="web",route="/upload",status="503"}': "0+1x60",
    'anime_requests_total{service="web",route="/upload",status="200"}': "0+50x60",
    'anime_request_seconds_bucket{service="web",route="/upload",le="10"}': "0+51x60",
    'anime_request_seconds_bucket{service="web",route="/upload",le="+Inf"}': "0+51x60",
    'anime_queue_age_seconds{service="web",queue="jobs"}': "30x60",
    'anime_jobs_total{service="worker",outcome="given_up"}': "1x60",
    'anime_deliveries_total{service="worker",queue="jobs",outcome="settled"}': "0+2x60",
    'anime_starts_total{service="worker",instance="a"}': "1x60",
    'anime_memory_bytes{service="worker",instance="a"}': "900000000x60",
}


def told(series: dict[str, str], alerts: list[str]) -> dict[str, Any]:
    """A test of promtool: at half an hour, of these alerts those that fire are counted."""
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(ALERTS{{alertname="{alert}",alertstate="firing"}})',
                "eval_time": "30m",
                "exp_samples": [{"labels": "{}", "value": 1}] if name_fires else [],
            }
            for alert, name_fires in [(alert, alert in alerts) for alert in _TROUBLES]
        ],
    }


def test_each_alert_tells_of_its_trouble_and_of_no_other(promtool: str, tmp_path: Path) -> None:
    assert {rule["alert"] for rule in rules()} == _TROUBLES.keys()
    tests = [told(series, [alert]) for alert, series in _TROUBLES.items()]
    # The first of all jobs to be given up was given up an hour ago.
    tests.append(told(_CALM, []))
    file = tmp_path / "test.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(ALERTS)], "tests": tests}))
    check(promtool, "test", "rules", str(file))
