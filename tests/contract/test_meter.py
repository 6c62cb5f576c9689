"""Every meter takes every metric of the list; those that tell it tell the same names."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from anime_shared.adapters.telemetry.emf import NAMESPACE, EmfMeter
from anime_shared.adapters.telemetry.prometheus import PrometheusMeter
from anime_shared.metrics import COST_USD, JOBS, METRICS, QUEUE_DEPTH, REQUEST_SECONDS, Kind, Metric
from anime_shared.ports.meter import Meter, Unmeasured

Told = dict[str, dict[tuple[tuple[str, str], ...], float]]
MakeMeter = Callable[[], Meter]


def labels_of(metric: Metric) -> dict[str, str]:
    return {name: f"some_{name}" for name in metric.labels}


@pytest.fixture(params=[Unmeasured, lambda: PrometheusMeter("web"), lambda: EmfMeter("web")])
def meter(request: pytest.FixtureRequest) -> Meter:
    made: Meter = request.param()
    return made


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_labels_are_the_metrics_own(meter: Meter, metric: Metric) -> None:
    meter.record(metric, 2.0, **labels_of(metric))
    with pytest.raises(ValueError, match=metric.name):
        meter.record(metric, **labels_of(metric), colour="blue")
    if metric.labels:
        with pytest.raises(ValueError, match=metric.name):
            meter.record(metric)


def told_by_prometheus(meter: PrometheusMeter) -> Told:
    told: Told = defaultdict(dict)
    for family in text_string_to_metric_families(generate_latest(meter.told()).decode()):
        for sample in family.samples:
            told[sample.name][tuple(sorted(sample.labels.items()))] = sample.value
    return told


def test_prometheus_is_told_by_kind() -> None:
    meter = PrometheusMeter("web")
    for value in (2.0, 3.0):
        for metric in METRICS:
            meter.record(metric, value, **labels_of(metric))
    told = told_by_prometheus(meter)
    expected = {Kind.COUNTER: 5.0, Kind.GAUGE: 3.0, Kind.HISTOGRAM: 5.0}
    for metric in METRICS:
        labels = tuple(sorted({**labels_of(metric), "service": "web"}.items()))
        name = f"{metric.name}_sum" if metric.kind is Kind.HISTOGRAM else metric.name
        assert told[name] == {labels: expected[metric.kind]}
    names = {name.removesuffix("_sum").removesuffix("_count") for name in told}
    assert {name for name in names if not name.endswith("_bucket")} == {m.name for m in METRICS}


def test_cloudwatch_is_told_the_same_names(capsys: pytest.CaptureFixture[str]) -> None:
    meter = EmfMeter("web")
    for value in (2.0, 3.0):
        for metric in METRICS:
            meter.record(metric, value, **labels_of(metric))
    meter.flush()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    seen = {}
    for line in lines:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == NAMESPACE
        for told in directive["Metrics"]:
            seen[told["Name"]] = (told["Unit"], directive["Dimensions"], line)
    units = {"seconds": "Seconds", "bytes": "Bytes", "usd": "None", "": "Count"}
    assert seen.keys() == {metric.name for metric in METRICS}
    for metric in METRICS:
        unit, dimensions, line = seen[metric.name]
        assert unit == units[metric.unit]
        assert dimensions == [["service", *metric.dimensions]]
        assert {name: line[name] for name in metric.labels} == labels_of(metric)
        assert line[metric.name] == [2.0, 3.0]


def test_a_line_is_told_once_and_each_set_of_labels_has_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    meter = EmfMeter("inference")
    for problem in ("not-a-picture", "broken-picture"):
        meter.record(JOBS, outcome="failed", problem=problem, style="hayao", variant="none")
    meter.flush()
    meter.flush()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["problem"] for line in lines] == ["not-a-picture", "broken-picture"]


def test_threads_lose_nothing() -> None:
    meter = PrometheusMeter("web")

    def record() -> None:
        for _ in range(1000):
            meter.record(COST_USD, 0.5, style="hayao", variant="none")

    threads = [threading.Thread(target=record) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(told_by_prometheus(meter)[COST_USD.name].values()) == {4000.0}


def test_the_list_keeps_its_own_rules() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("anime_")
        assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER)
        assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM)
        assert set(metric.dimensions) <= set(metric.labels)
        assert metric.help.endswith(".")
    assert (QUEUE_DEPTH.unit, REQUEST_SECONDS.unit, COST_USD.unit) == ("", "seconds", "usd")
