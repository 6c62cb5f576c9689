"""No one gives up before the one it waits for."""

from __future__ import annotations

import itertools

import pytest

from anime_inference.settings import Settings as InferenceSettings
from anime_web.adapters import webhook_sender
from anime_web.settings import Settings
from tests.template.stack import Node, Stack, document

_PARAMETERS = ("InferenceTimeout", "MaxAttempts")
_ALLOWED = [document()["Parameters"][name]["AllowedValues"] for name in _PARAMETERS]
# What API Gateway takes at most without an increased quota.
_GATEWAY_SECONDS = 29


@pytest.fixture(params=list(itertools.product(*_ALLOWED)), ids=str, name="stack")
def _stack(request: pytest.FixtureRequest) -> Stack:
    return Stack(**dict(zip(_PARAMETERS, request.param, strict=True)))


def integrations(stack: Stack) -> list[Node]:
    paths = stack.of_type("Serverless::Api")["Api"]["DefinitionBody"]["paths"]
    found: list[Node] = [
        method["x-amazon-apigateway-integration"]
        for methods in paths.values()
        for method in methods.values()
    ]
    return found


def source_of(function: Node) -> Node:
    """How SQS calls a function."""
    (event,) = (each for each in function["Events"].values() if each["Type"] == "SQS")
    properties: Node = event["Properties"]
    return properties


def queue_of(stack: Stack, function: str) -> tuple[str, Node]:
    """Name and properties of the queue that calls a function."""
    name = source_of(stack.functions()[function])["Queue"].removeprefix("arn:aws:::")
    return name, stack.of_type("SQS::Queue")[name]


def test_the_forwarder_gives_up_before_the_gateway_and_that_before_the_functions(
    stack: Stack,
) -> None:
    waits = {each["timeoutInMillis"] / 1000 for each in integrations(stack)}
    assert waits == {_GATEWAY_SECONDS}
    web = stack.functions()["WebFunction"]["Environment"]["Variables"]
    default = Settings.model_fields["forward_timeout"].default
    assert float(web.get("ANIME_FORWARD_TIMEOUT", default)) < _GATEWAY_SECONDS
    assert all(int(each["Timeout"]) > _GATEWAY_SECONDS for each in stack.functions().values())


@pytest.mark.parametrize("function", ["WebFunction", "InferenceFunction"])
def test_messages_stay_hidden_for_six_times_the_functions_timeout(
    stack: Stack, function: str
) -> None:
    _, queue = queue_of(stack, function)
    assert queue["VisibilityTimeout"] >= 6 * int(stack.functions()[function]["Timeout"])
    # Or a message expires before its last delivery.
    deliveries = queue["RedrivePolicy"]["maxReceiveCount"]
    assert queue["MessageRetentionPeriod"] > queue["VisibilityTimeout"] * deliveries


def test_a_job_after_one_crash_is_no_alarm(stack: Stack) -> None:
    _, queue = queue_of(stack, "InferenceFunction")
    again = queue["VisibilityTimeout"] + int(stack.functions()["InferenceFunction"]["Timeout"])
    assert again < stack.of_type("CloudWatch::Alarm")["JobsWaiting"]["Threshold"]


def test_an_animated_picture_gives_up_before_the_function(stack: Stack) -> None:
    function = stack.functions()["InferenceFunction"]
    seconds = float(function["Environment"]["Variables"]["ANIME_MAX_CLIP_SECONDS"])
    assert 0.6 * int(function["Timeout"]) < seconds <= int(function["Timeout"]) - 10
    web = Settings.model_fields["forward_timeout"].default
    assert InferenceSettings.model_fields["max_call_seconds"].default < web


def test_the_slowest_receivers_of_webhooks_fit_into_one_call() -> None:
    function = Stack().functions()["WebFunction"]
    # One after the other; where the call is ended, all of its messages come again.
    longest = source_of(function)["BatchSize"] * webhook_sender._WHOLE_SECONDS
    assert longest < int(function["Timeout"])
    # Nor does somebody's receiver take a new version back.
    assert longest < Stack().of_type("CloudWatch::Alarm")["WebSlow"]["Threshold"] / 1000


def test_the_function_knows_its_queue(stack: Stack) -> None:
    name, queue = queue_of(stack, "InferenceFunction")
    for function in stack.functions().values():
        assert function["Environment"]["Variables"]["ANIME_QUEUE_URL"] == name
    inference = stack.functions()["InferenceFunction"]["Environment"]["Variables"]
    assert inference["ANIME_VISIBILITY_TIMEOUT"] == queue["VisibilityTimeout"]
    # The delivery after the last attempt marks the job, then goes to the dead letters.
    deliveries = queue["RedrivePolicy"]["maxReceiveCount"]
    assert deliveries == int(inference["ANIME_MAX_ATTEMPTS"]) + 1


def test_every_queue_returns_what_failed_and_no_more(stack: Stack) -> None:
    for function in stack.functions().values():
        source = source_of(function)
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert int(source["ScalingConfig"]["MaximumConcurrency"]) >= 2


def test_dead_letters_stay_longer_than_their_messages(stack: Stack) -> None:
    queues = stack.of_type("SQS::Queue")
    with_letters = [each for each in queues.values() if "RedrivePolicy" in each]
    assert len(with_letters) == 2
    for queue in with_letters:
        letters = queue["RedrivePolicy"]["deadLetterTargetArn"].removeprefix("arn:aws:::")
        kept = queues[letters]["MessageRetentionPeriod"]
        assert kept > queue["MessageRetentionPeriod"]
