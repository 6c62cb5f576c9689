"""Whatever goes wrong is seen, and someone can be told."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from anime_shared.adapters.telemetry.emf import NAMESPACE
from anime_shared.metrics import METRICS, QUEUE_AGE_SECONDS, QUEUE_DEPTH
from tests.template.conftest import KINDS
from tests.template.stack import Node, Stack

TOPIC = KINDS["all"]["AlarmTopicArn"]
_LOGS_OF = {"WebFunction": "WebLogs", "InferenceFunction": "InferenceLogs"}


def alarms_on(stack: Stack, namespace: str, dimension: str, value: str) -> dict[str, Node]:
    """The alarms on one thing, by metric."""
    return {
        alarm["MetricName"]: alarm
        for alarm in stack.of_type("CloudWatch::Alarm").values()
        if alarm["Namespace"] == f"AWS/{namespace}"
        and alarm["Dimensions"] == [{"Name": dimension, "Value": value}]
    }


@pytest.mark.parametrize("function", _LOGS_OF)
def test_every_function_has_alarms(stack: Stack, function: str) -> None:
    name = stack.functions()[function]["FunctionName"]
    alarms = alarms_on(stack, "Lambda", "FunctionName", name)
    # A job may take the inference function minutes, and the gateway waits for none.
    of_slowness = {"Duration"} if function == "WebFunction" else set()
    assert alarms.keys() == {"Errors", "Throttles"} | of_slowness
    for metric in ("Errors", "Throttles"):
        assert (alarms[metric]["Statistic"], alarms[metric]["Threshold"]) == ("Sum", 1)
        assert alarms[metric]["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


@pytest.mark.parametrize("name", ["WebSlow", "InferenceSlow"])
def test_slowness_is_told_before_the_gateway_gives_up(stack: Stack, name: str) -> None:
    slow = stack.of_type("CloudWatch::Alarm")[name]
    assert slow["ExtendedStatistic"] == "p95"
    assert slow["Threshold"] < 29_000
    assert slow["ComparisonOperator"] == "GreaterThanThreshold"


def test_painting_is_slow_where_a_caller_waits_for_it() -> None:
    stack = Stack(Stage="v2")
    slow = stack.of_type("CloudWatch::Alarm")["InferenceSlow"]
    assert (slow["Namespace"], slow["MetricName"]) == ("AWS/ApiGateway", "IntegrationLatency")
    named = {each["Name"]: each["Value"] for each in slow["Dimensions"]}
    api = stack.of_type("Serverless::Api")["Api"]
    # Of one of them the metric has its name.
    assert api["Name"] == api["DefinitionBody"]["info"]["title"] == named.pop("ApiName")
    assert api["StageName"] == named.pop("Stage") == "v2"
    route = stack.functions()["InferenceFunction"]["Events"]["Transform"]["Properties"]
    assert named == {"Resource": route["Path"], "Method": route["Method"].upper()}
    (settings,) = api["MethodSettings"]
    assert (settings["ResourcePath"], settings["MetricsEnabled"]) == ("/*", True)


def test_every_queue_has_an_alarm_on_its_age_or_its_dead_letters(stack: Stack) -> None:
    for name, queue in stack.of_type("SQS::Queue").items():
        alarms = alarms_on(stack, "SQS", "QueueName", f"{name}.QueueName")
        if "RedrivePolicy" in queue:
            (alarm,) = alarms.values()
            assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
            assert 0 < alarm["Threshold"] < queue["MessageRetentionPeriod"]
        else:
            (alarm,) = alarms.values()
            assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
            assert alarm["Threshold"] == 1
        assert alarm["Statistic"] == "Maximum"


def test_silence_is_no_alarm(stack: Stack) -> None:
    for alarm in stack.of_type("CloudWatch::Alarm").values():
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmDescription"]


@pytest.mark.parametrize(("topic", "told"), [("", None), (TOPIC, [TOPIC])])
def test_every_alarm_tells_the_topic_if_there_is_one(topic: str, told: Any) -> None:
    alarms = Stack(AlarmTopicArn=topic).of_type("CloudWatch::Alarm")
    assert len(alarms) >= 10
    for alarm in alarms.values():
        assert alarm.get("AlarmActions") == told
        assert alarm.get("OKActions") == told


@pytest.mark.parametrize("function", _LOGS_OF)
def test_a_functions_logs_are_kept_for_a_while(function: str) -> None:
    stack = Stack(LogRetention="30")
    assert stack.functions()[function]["LoggingConfig"]["LogGroup"] == _LOGS_OF[function]
    groups = stack.of_type("Logs::LogGroup")
    assert all(group["RetentionInDays"] == "30" for group in groups.values())
    assert groups.keys() == {*_LOGS_OF.values(), "ApiLogs"}
    destination = stack.of_type("Serverless::Api")["Api"]["AccessLogSetting"]["DestinationArn"]
    assert destination == "arn:aws:::ApiLogs"


def test_calls_are_traced(stack: Stack) -> None:
    assert all(function["Tracing"] == "Active" for function in stack.functions().values())
    assert stack.of_type("Serverless::Api")["Api"]["TracingEnabled"] is True


def test_access_logs_are_json_and_name_no_client(stack: Stack) -> None:
    line = stack.of_type("Serverless::Api")["Api"]["AccessLogSetting"]["Format"]
    logged = set(json.loads(line).values())
    assert "$context.status" in logged
    telling = ("$context.identity", "$context.authorizer", "$context.path", "$context.requestOver")
    assert not [value for value in logged if value.startswith(telling)]


def test_the_dashboard_shows_every_alarm(stack: Stack) -> None:
    (dashboard,) = stack.of_type("CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"])["widgets"]
    (shown,) = (w["properties"]["alarms"] for w in widgets if w["type"] == "alarm")
    assert set(shown) == {f"arn:aws:::{name}" for name in stack.of_type("CloudWatch::Alarm")}


def test_the_dashboard_shows_every_metric_by_its_dimensions(stack: Stack) -> None:
    (dashboard,) = stack.of_type("CloudWatch::Dashboard").values()
    searches = re.findall(r"SEARCH\('\{(\w+),([\w,]+)\} MetricName=\"(\w+)\"'", _text_of(dashboard))
    shown = {name: dimensions for _, dimensions, name in searches}
    assert {namespace for namespace, _, _ in searches} == {NAMESPACE}
    # Of its queues SQS itself tells that.
    told_by_sqs = {QUEUE_DEPTH, QUEUE_AGE_SECONDS}
    expected = {
        metric.name: ",".join(("service", *metric.dimensions))
        for metric in METRICS
        if metric not in told_by_sqs
    }
    assert shown == expected
    assert "ApproximateAgeOfOldestMessage" in dashboard["DashboardBody"]
    assert "ApproximateNumberOfMessagesVisible" in dashboard["DashboardBody"]


def _text_of(dashboard: Node) -> str:
    """All expressions of its widgets."""
    widgets = json.loads(dashboard["DashboardBody"])["widgets"]
    lines = [line for w in widgets for line in w["properties"].get("metrics", [])]
    return "\n".join(line[0]["expression"] for line in lines if isinstance(line[0], dict))


@pytest.mark.parametrize(("email", "budgets"), [("", 0), ("operator@example.com", 1)])
def test_a_budget_is_watched_if_someone_is_to_be_told(email: str, budgets: int) -> None:
    assert len(Stack(BudgetEmail=email).of_type("Budgets::Budget")) == budgets
