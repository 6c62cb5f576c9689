"""Prometheus finds every container, and the dashboard's questions have answers."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any, Final

import pytest

from anime_local.client import AnimeClient
from anime_shared.options import PaintOptions
from scripts.cloud.shell import run
from scripts.compose.stack import CONTAINERS
from tests.compose.conftest import wait_for
from tests.compose.container import running
from tests.compose.test_photos import PHOTO, submit
from tests.pictures import file_of, gradient

ROOT: Final = Path(__file__).parents[2]
DASHBOARD: Final[dict[str, Any]] = json.loads(
    (ROOT / "deploy/compose/grafana/dashboards/animegan.json").read_text()
)
PANELS: Final = {
    panel["title"]: [target["expr"] for target in panel["targets"]]
    for panel in DASHBOARD["panels"]
    if panel["type"] != "row"
}


def promtool(*arguments: str) -> str:
    (prometheus,) = running("prometheus")
    return run("docker", "exec", prometheus.id, "promtool", *arguments)


def ask(question: str) -> list[str]:
    """One line a time series."""
    told = promtool("query", "instant", "http://127.0.0.1:9090", question)
    return [line for line in told.splitlines() if " => " in line]


def filled_in(question: str) -> str:
    """As Grafana asks it."""
    return re.sub(r"\$__(rate_)?interval|\$__range", "1m", question)


@pytest.fixture(scope="module")
def painted(url: str) -> None:
    """Photos in calls and jobs have been painted, and all numbers were fetched since."""
    with AnimeClient(url) as client:
        for number in range(2):
            client.transform(PHOTO, PaintOptions(quality=80 + number))
        assert client.wait(submit(client, PHOTO.read_bytes(), "image/jpeg")).status == "succeeded"
        # A rate needs two fetches, ten seconds apart, between which there was something.
        end = time.monotonic() + 25
        number = 0
        while time.monotonic() < end:
            photo = file_of(gradient(64 + number, 64))
            client.wait(submit(client, photo))
            number += 1
            time.sleep(1)


def test_its_configuration_is_valid() -> None:
    assert "SUCCESS" in promtool("check", "config", "/etc/prometheus/prometheus.yml")


def test_every_container_answers_it() -> None:
    def up() -> list[str] | None:
        lines = ask("up == 1")
        return lines if len(lines) == 1 + CONTAINERS else None

    lines = wait_for(up, 60)
    assert sum('job="inference"' in line for line in lines) == CONTAINERS


@pytest.mark.usefixtures("painted")
@pytest.mark.parametrize("title", PANELS)
def test_a_panel_has_something_to_show(title: str) -> None:
    assert any(ask(filled_in(question)) for question in PANELS[title])
