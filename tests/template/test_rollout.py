"""A new version takes over step by step, and goes back by itself."""

from __future__ import annotations

import pytest

from tests.template.stack import Stack, document, named

FUNCTIONS = ["WebFunction", "InferenceFunction"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_called_by_its_alias(stack: Stack, function: str) -> None:
    assert stack.functions()[function]["AutoPublishAlias"] == "live"
    web = stack.functions()["WebFunction"]["Environment"]["Variables"]
    assert web["ANIME_INFERENCE_FUNCTION"] == "arn:aws:::InferenceFunction:live"


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("canary", ["true", "false"])
def test_traffic_is_shifted_as_the_operator_chose(function: str, canary: str) -> None:
    stack = Stack(Canary=canary, DeploymentPreference="Linear10PercentEvery1Minute")
    preference = stack.functions()[function]["DeploymentPreference"]
    assert preference["Enabled"] == canary
    assert preference["Type"] == "Linear10PercentEvery1Minute"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_functions_own_errors_and_slowness_roll_it_back(stack: Stack, function: str) -> None:
    alarms = stack.of_type("CloudWatch::Alarm")
    chosen = [
        alarms[name] for name in stack.functions()[function]["DeploymentPreference"]["Alarms"]
    ]
    # How long the inference function takes for jobs is no reason: they may take minutes.
    slowness = {"WebFunction": "Duration", "InferenceFunction": "IntegrationLatency"}[function]
    assert {alarm["MetricName"] for alarm in chosen} == {"Errors", slowness}
    name = stack.functions()[function]["FunctionName"]
    for alarm in chosen:
        if alarm["Namespace"] == "AWS/Lambda":
            assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": name}]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_alarm_waits_for_the_version_that_waits_for_it(function: str) -> None:
    resources = document()["Resources"]
    for alarm in resources[function]["Properties"]["DeploymentPreference"]["Alarms"]:
        assert not named(resources[alarm["Ref"]]["Properties"]["Dimensions"]) & resources.keys()


def test_processors_are_those_that_the_packages_are_built_for(stack: Stack) -> None:
    assert all(each["Architectures"] == ["x86_64"] for each in stack.functions().values())
    (layer,) = stack.of_type("Serverless::LayerVersion").values()
    assert layer["CompatibleRuntimes"] == [stack.functions()["WebFunction"]["Runtime"]]
    assert stack.functions()["InferenceFunction"]["PackageType"] == "Image"
