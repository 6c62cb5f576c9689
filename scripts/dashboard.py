"""``make docs``: writes Grafana's dashboard from one list of panels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DASHBOARD: Final = Path(__file__).parents[1] / "deploy/compose/grafana/dashboards/animegan.json"
_DATASOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}
_COLUMNS: Final = 24
_HEIGHT: Final = 7
_EACH: Final = "[$__rate_interval]"


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of Prometheus.

    Attributes:
        expr: in PromQL.
        legend: what each line of the answer is called; ``{{label}}`` stands for its label.
    """

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture of the dashboard.

    Attributes:
        title: above it.
        unit: Grafana's name of the unit of all its queries.
        queries: its lines.
        kind: Grafana's name of its kind.
        tells: how to read it, for who points at it; may be empty.
    """

    title: str
    unit: str
    queries: tuple[Query, ...]
    kind: str = "timeseries"
    tells: str = ""


def _rate(metric: str, by: str, where: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{where}{_EACH}))"


def _quantiles(metric: str, by: str = "", where: str = "") -> tuple[Query, ...]:
    labels = f"le, {by}" if by else "le"
    of = " ".join(f"{{{{{label.strip()}}}}}" for label in by.split(",") if label)
    return tuple(
        Query(
            f"histogram_quantile({q}, {_rate(f'{metric}_bucket', labels, where)})",
            f"p{q * 100:.0f} {of}".strip(),
        )
        for q in (0.5, 0.95)
    )


def _mean(metric: str, by: str) -> str:
    return f"{_rate(f'{metric}_sum', by)} / {_rate(f'{metric}_count', by)}"


_WEB: Final = '{service="web"}'
# Without those that wait on purpose until there is news.
_AT_ONCE: Final = '{service="web",route!~"/api/v1/(jobs|batches)/.*"}'
ROWS: Final[dict[str, tuple[Panel, ...]]] = {
    "Requests": (
        Panel(
            "Requests by status",
            "reqps",
            (Query(_rate("anime_requests_total", "status", _WEB), "{{status}}"),),
        ),
        Panel(
            "Time of a request",
            "s",
            _quantiles("anime_request_seconds", "route", _AT_ONCE),
            tells="But for questions after a job or a batch: they may wait for news.",
        ),
        Panel(
            "Starts of processes in an hour",
            "short",
            (
                Query("sum by (service) (increase(anime_starts_total[1h]))", "{{service}}"),
                # A container's counters begin anew with it.
                Query("sum by (job) (changes(up[1h])) / 2", "containers of {{job}}"),
            ),
            tells="More than a few: something dies again and again.",
        ),
    ),
    "Jobs": (
        Panel(
            "Jobs a minute, by how they end",
            "short",
            (
                Query(
                    f"60 * {_rate('anime_jobs_total', 'outcome, problem')}",
                    "{{outcome}} {{problem}}",
                ),
            ),
        ),
        Panel("Wait of a job", "s", _quantiles("anime_job_wait_seconds")),
        Panel(
            "Messages in queues",
            "short",
            (Query("max by (queue) (anime_queue_depth)", "{{queue}}"),),
        ),
        Panel(
            "Oldest message",
            "s",
            (Query("max by (queue) (anime_queue_age_seconds)", "{{queue}}"),),
            tells="Empty where the queue can't tell: RabbitMQ's.",
        ),
        Panel(
            "Deliveries a minute",
            "short",
            (
                Query(
                    f"60 * {_rate('anime_deliveries_total', 'queue, outcome')}",
                    "{{queue}} {{outcome}}",
                ),
            ),
        ),
    ),
    "Pictures": (
        Panel(
            "Pictures a minute",
            "short",
            (
                Query(
                    f"60 * {_rate('anime_picture_seconds_count', 'style, variant')}",
                    "{{style}} {{variant}}",
                ),
            ),
        ),
        Panel("Time of a picture", "s", _quantiles("anime_picture_seconds", "style, variant")),
        Panel(
            "Mean time of each stage",
            "s",
            (Query(_mean("anime_stage_seconds", "stage"), "{{stage}}"),),
        ),
        Panel(
            "Found in the cache",
            "percentunit",
            (
                Query(
                    f'sum(rate(anime_cache_lookups_total{{outcome="hit"}}{_EACH})) / '
                    f"sum(rate(anime_cache_lookups_total{_EACH}))",
                    "hits",
                ),
            ),
        ),
        Panel(
            "Faces a minute",
            "short",
            (Query(f"60 * {_rate('anime_faces_total', 'fate')}", "{{fate}}"),),
        ),
        Panel(
            "Megapixels a second",
            "short",
            (Query(f"{_rate('anime_pixels_total', 'style')} / 1e6", "{{style}}"),),
        ),
    ),
    "Memory, cost and models": (
        Panel(
            "Memory of processes",
            "bytes",
            (Query("max by (service, instance) (anime_memory_bytes)", "{{service}} {{instance}}"),),
        ),
        Panel("Most memory for a picture", "bytes", _quantiles("anime_picture_memory_bytes")),
        Panel(
            "Estimated cost in an hour",
            "currencyUSD",
            (
                Query(
                    "sum by (style, variant) (increase(anime_cost_usd_total[1h]))",
                    "{{style}} {{variant}}",
                ),
            ),
        ),
        Panel(
            "Models in use",
            "short",
            (Query("count by (style, model) (anime_model_info)", "{{style}} {{model}}"),),
            kind="stat",
            tells="How many services have painted with each.",
        ),
    ),
}


def dashboard() -> str:
    """The dashboard's file."""
    written = {
        "uid": "animegan",
        "title": "AnimeGAN Serverless",
        "tags": ["animegan"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {
            "list": [
                {
                    "name": "datasource",
                    "type": "datasource",
                    "query": "prometheus",
                    "label": "Source",
                }
            ]
        },
        "panels": list(_panels()),
    }
    return json.dumps(written, indent=2) + "\n"


def _panels() -> Iterator[dict[str, Any]]:
    number, top = 0, 0
    for title, panels in ROWS.items():
        number += 1
        place = {"x": 0, "y": top, "w": _COLUMNS, "h": 1}
        yield {"id": number, "type": "row", "title": title, "gridPos": place, "panels": []}
        top += 1
        across = 3 if len(panels) % 3 == 0 or len(panels) > 4 else len(panels)
        width = _COLUMNS // across
        for index, panel in enumerate(panels):
            number += 1
            left, down = index % across * width, index // across * _HEIGHT
            place = {"x": left, "y": top + down, "w": width, "h": _HEIGHT}
            yield _written(number, panel, place)
        top += -(-len(panels) // across) * _HEIGHT


def _written(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    targets = [
        {
            "refId": chr(ord("A") + index),
            "datasource": _DATASOURCE,
            "expr": query.expr,
            "legendFormat": query.legend,
        }
        for index, query in enumerate(panel.queries)
    ]
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.tells,
        "datasource": _DATASOURCE,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": targets,
    }


def main() -> None:
    """Write the file."""
    DASHBOARD.write_text(dashboard())


if __name__ == "__main__":
    main()
