"""A function that dies over a photo: killed for taking too long, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cloud.site import Site
from tests.cloud.stack import Stack, wait_for
from tests.pictures import file_of, gradient

# Painting it takes much longer than that; a start of the function, which counts, much shorter.
SECONDS = 6
LARGE = file_of(gradient(3500, 3500), "JPEG", quality=90)
HIDDEN_SECONDS = 10
SLOW = {
    "ANIME_MEMORY_BUDGET": str(2**34),
    "ANIME_THREADS": "1",
    "ANIME_VISIBILITY_TIMEOUT": str(HIDDEN_SECONDS),
}


@pytest.fixture
def impatient(stack: Stack) -> Iterator[None]:
    """``live`` leads to a version that has little time, and one thread, for a photo."""
    function, queue = stack.outputs["InferenceFunctionName"], stack.outputs["JobsQueueUrl"]
    at, sqs = stack.client("lambda"), stack.client("sqs")
    variables = at.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    before = at.get_alias(FunctionName=function, Name="live")["FunctionVersion"]
    hidden = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["VisibilityTimeout"])
    at.update_function_configuration(
        FunctionName=function,
        Timeout=SECONDS,
        Environment={"Variables": {**variables, **SLOW}},
    )
    at.get_waiter("function_updated_v2").wait(FunctionName=function)
    version = at.publish_version(FunctionName=function)["Version"]
    at.get_waiter("published_version_active").wait(FunctionName=function, Qualifier=version)
    at.update_alias(FunctionName=function, Name="live", FunctionVersion=version)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": str(HIDDEN_SECONDS)})
    yield
    at.update_alias(FunctionName=function, Name="live", FunctionVersion=before)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes=hidden["Attributes"])
    sqs.purge_queue(QueueUrl=stack.outputs["JobsDeadLettersUrl"])


@pytest.mark.usefixtures("impatient")
def test_a_crashing_job_fails_and_its_message_is_kept(stack: Stack, site: Site) -> None:
    job = site.ended(site.order(LARGE), 120)
    assert job["status"] == "failed"
    assert job["problem"]["type"] == "urn:anime:problem:processing-failed"
    letter = wait_for(lambda: dead_letter(stack), 60)
    assert job["job_id"] in letter["Body"]
    alarm = stack.resources["JobsDead"]
    assert wait_for(lambda: in_alarm(stack, alarm), 90)


def dead_letter(stack: Stack) -> dict[str, Any] | None:
    found = stack.client("sqs").receive_message(
        QueueUrl=stack.outputs["JobsDeadLettersUrl"], VisibilityTimeout=0
    )
    return next(iter(found.get("Messages", [])), None)


def in_alarm(stack: Stack, alarm: str) -> bool | None:
    (described,) = stack.client("cloudwatch").describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    return True if described["StateValue"] == "ALARM" else None
