"""Each role may do what it needs, and on nothing but what is ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.template.stack import Node, Stack

# X-Ray knows no resources for these.
WITHOUT_RESOURCES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
# API Gateway's own; it asks for one role for all logs of an account.
MANAGED = {"arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"}
# What each function's code calls, and what Lambda does in its name for its queue.
_QUEUE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
_LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
NEEDED = {
    "WebRole": {
        ("s3:GetObject", "UploadsBucket/*"),
        ("s3:ListBucket", "UploadsBucket"),
        ("sqs:SendMessage", "JobsQueue"),
        ("lambda:InvokeFunction", "InferenceFunction:live"),
        *((f"dynamodb:{action}Item", "Table") for action in ("Get", "Put", "Update", "Delete")),
        *((action, "FinishedQueue") for action in _QUEUE),
    },
    "InferenceRole": {
        ("s3:GetObject", "UploadsBucket/*"),
        ("s3:ListBucket", "UploadsBucket"),
        ("s3:ListBucket", "ResultsBucket"),
        ("s3:PutObject", "ResultsBucket/*"),
        ("dynamodb:GetItem", "Table"),
        ("dynamodb:UpdateItem", "Table"),
        ("sqs:SendMessage", "FinishedQueue"),
        *((action, "JobsQueue") for action in _QUEUE),
    },
}


def as_list(value: Any) -> list[Any]:
    """Where AWS takes one or many."""
    return value if isinstance(value, list) else [value]


def statements(role: Node) -> Iterator[Node]:
    """What a role may do; actions and resources as lists."""
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            lists = {key: as_list(statement[key]) for key in ("Action", "Resource")}
            yield {**statement, **lists}


def all_statements(stack: Stack) -> list[Node]:
    found = [each for role in stack.of_type("IAM::Role").values() for each in statements(role)]
    assert len(found) > 10
    return found


def grants(stack: Stack, role: str) -> set[tuple[str, str]]:
    """Every action that a role may do, and on which resource."""
    return {
        (action, resource.removeprefix("arn:aws:::"))
        for statement in statements(stack.of_type("IAM::Role")[role])
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def test_no_action_is_a_wildcard(stack: Stack) -> None:
    for statement in all_statements(stack):
        assert statement["Effect"] == "Allow"
        assert not {"NotAction", "NotResource"} & statement.keys()
        assert not any("*" in action for action in statement["Action"])


def test_resources_are_ours_but_where_aws_has_none(stack: Stack) -> None:
    for statement in all_statements(stack):
        if set(statement["Action"]) <= WITHOUT_RESOURCES:
            continue
        for resource in statement["Resource"]:
            assert resource.startswith("arn:aws:::"), statement
            name, _, rest = resource.removeprefix("arn:aws:::").partition("/")
            assert name.partition(":")[0] in stack.resources, statement
            assert "*" not in name
            objects = all(a.startswith("s3:") and a.endswith("Object") for a in statement["Action"])
            assert rest == ("*" if objects else "")


def test_managed_policies_are_those_that_were_chosen(stack: Stack) -> None:
    for role in stack.of_type("IAM::Role").values():
        assert set(role.get("ManagedPolicyArns", [])) <= MANAGED


def test_each_function_has_a_role_of_its_own(stack: Stack) -> None:
    functions = stack.functions()
    roles = {function["Role"] for function in functions.values()}
    assert roles == {"arn:aws:::WebRole", "arn:aws:::InferenceRole"}
    assert not any("Policies" in function for function in functions.values())


def test_only_services_may_take_a_role(stack: Stack) -> None:
    for role in stack.of_type("IAM::Role").values():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            assert statement["Principal"].keys() == {"Service"}
            assert statement["Action"] == "sts:AssumeRole"


@pytest.mark.parametrize("role", NEEDED)
def test_a_role_may_do_what_its_function_does(stack: Stack, role: str) -> None:
    logs = {(action, role.replace("Role", "Logs")) for action in _LOGS}
    assert NEEDED[role] | logs <= grants(stack, role)


@pytest.mark.parametrize(
    ("role", "denied"),
    [
        ("InferenceRole", ("s3:PutObject", "UploadsBucket/*")),
        ("InferenceRole", ("s3:DeleteObject", "UploadsBucket/*")),
        ("InferenceRole", ("sqs:SendMessage", "JobsQueue")),
        ("InferenceRole", ("dynamodb:DeleteItem", "Table")),
        ("InferenceRole", ("lambda:InvokeFunction", "InferenceFunction:live")),
        ("WebRole", ("sqs:ReceiveMessage", "JobsQueue")),
        ("WebRole", ("sqs:DeleteMessage", "JobsQueue")),
    ],
)
def test_a_role_may_not_do_the_others_work(
    stack: Stack, role: str, denied: tuple[str, str]
) -> None:
    assert denied not in grants(stack, role)


def test_nobody_touches_the_site_or_the_dead_letters(stack: Stack) -> None:
    resources = {each for statement in all_statements(stack) for each in statement["Resource"]}
    assert not [each for each in resources if "Site" in each or "DeadLetters" in each]
