"""The API in front of the functions."""

from __future__ import annotations

import json
import re

import pytest

from anime_shared import errors
from tests.template.stack import Node, Stack, document

ANSWERS: Node = document()["Resources"]["Api"]["Properties"]["GatewayResponses"]
PROBLEMS = {
    f"urn:anime:problem:{each.code}": each
    for each in vars(errors).values()
    if isinstance(each, type) and issubclass(each, errors.AnimeError) and hasattr(each, "code")
}


def api(stack: Stack) -> Node:
    properties: Node = stack.of_type("Serverless::Api")["Api"]
    return properties


def answer_of(stack: Stack, kind: str) -> Node:
    """The body that a client gets, with something for what API Gateway fills in."""
    template = api(stack)["GatewayResponses"][kind]["ResponseTemplates"]["application/json"]
    # This variable brings its quotes, and no other does.
    filled: Node = json.loads(template.replace("$context.error.messageString", '"filled in"'))
    return filled


def test_pictures_come_through_unharmed_and_json_stays_text(stack: Stack) -> None:
    binary = set(api(stack)["BinaryMediaTypes"])
    assert {"multipart/form-data", "image/jpeg", "image/png", "image/webp", "image/avif"} <= binary
    assert not binary & {"*/*", "application/json", "application/problem+json"}


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_the_gateway_answers_itself_is_a_problem_that_pages_may_read(
    stack: Stack, kind: str
) -> None:
    headers = api(stack)["GatewayResponses"][kind]["ResponseParameters"]["Headers"]
    (web, *_) = stack.functions().values()
    origin = web["Environment"]["Variables"]["ANIME_CORS_ORIGINS"]
    assert headers["Access-Control-Allow-Origin"] == f"'{origin}'"
    assert headers["Content-Type"] == "'application/problem+json'"
    answer = answer_of(stack, kind)
    assert {"type", "title", "detail", "retryable"} <= answer.keys()
    status = ANSWERS[kind].get("StatusCode")
    assert answer.get("status") == status
    if answer["type"] != "about:blank":
        known = PROBLEMS[answer["type"]]
        assert status in (None, known.status)


def test_all_that_can_go_wrong_is_answered() -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= ANSWERS.keys()


@pytest.mark.parametrize("kind", ["REQUEST_TOO_LARGE", "INTEGRATION_TIMEOUT"])
def test_a_photo_too_large_for_the_gateway_is_shown_the_way(stack: Stack, kind: str) -> None:
    assert "POST /api/v1/uploads" in answer_of(stack, kind)["detail"]


def test_each_path_goes_to_the_live_version_of_its_function(stack: Stack) -> None:
    paths = api(stack)["DefinitionBody"]["paths"]
    routes = {
        (path, method): re.search(r"function:(\w+:live)/invocations$", uri)
        for path, methods in paths.items()
        for method, operation in methods.items()
        for uri in [operation["x-amazon-apigateway-integration"]["uri"]]
    }
    assert {route: found and found[1] for route, found in routes.items()} == {
        ("/api/v1/transform", "post"): "InferenceFunction:live",
        ("/readyz", "get"): "InferenceFunction:live",
        ("/{proxy+}", "x-amazon-apigateway-any-method"): "WebFunction:live",
    }


def test_the_functions_may_be_called_on_the_paths_that_lead_to_them(stack: Stack) -> None:
    allowed = {
        (event["Properties"]["Path"], event["Properties"]["Method"], name)
        for name, function in stack.functions().items()
        for event in function["Events"].values()
        if event["Type"] == "Api"
    }
    assert allowed == {
        ("/api/v1/transform", "post", "InferenceFunction"),
        ("/readyz", "get", "InferenceFunction"),
        ("/{proxy+}", "any", "WebFunction"),
    }


@pytest.mark.parametrize("needed", ["true", "false"])
def test_a_key_is_asked_for_if_the_operator_wants_it(needed: str) -> None:
    stack = Stack(RequireApiKey=needed)
    paths = api(stack)["DefinitionBody"]["paths"]
    asked = {
        path for path, methods in paths.items() if any(m.get("security") for m in methods.values())
    }
    wanted = {"/api/v1/transform", "/{proxy+}"} if needed == "true" else set()
    assert asked == wanted
    assert bool(stack.of_type("ApiGateway::UsagePlan")) == (needed == "true")


def test_all_callers_together_are_limited() -> None:
    (limits,) = api(Stack(ThrottleRate="7", ThrottleBurst="9"))["MethodSettings"]
    assert (limits["HttpMethod"], limits["ResourcePath"]) == ("*", "/*")
    assert (limits["ThrottlingRateLimit"], limits["ThrottlingBurstLimit"]) == ("7", "9")
