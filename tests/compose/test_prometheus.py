"""Prometheus finds every container, and its files are what it takes."""

from __future__ import annotations

from scripts.cloud.shell import run
from scripts.compose.stack import INSTANCES
from tests.compose.conftest import wait_for
from tests.compose.container import running


def promtool(*arguments: str) -> str:
    (prometheus,) = running("prometheus")
    return run("docker", "exec", prometheus.id, "promtool", *arguments)


def found() -> list[str]:
    """One line of ``up`` a target."""
    told = promtool("query", "instant", "http://127.0.0.1:9090", "up")
    return [line for line in told.splitlines() if line.startswith("up{")]


def test_its_configuration_is_valid() -> None:
    assert "SUCCESS" in promtool("check", "config", "/etc/prometheus/prometheus.yml")


def test_every_container_is_a_target() -> None:
    lines = wait_for(lambda: lines if len(lines := found()) == 1 + INSTANCES else None, 60)
    assert sum('job="inference"' in line for line in lines) == INSTANCES
