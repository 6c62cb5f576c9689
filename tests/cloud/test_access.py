"""Who may do what: pages, holders of links, and the functions themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.site import PHOTO, Site
from tests.cloud.stack import Stack

Call = Callable[[Stack, Any], object]
ORIGIN = "https://site.example"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/v1/uploads"), ("POST", "/api/v1/transform"), ("GET", "/api/v1/jobs/any")],
)
def test_a_browser_may_call_from_another_origin(site: Site, method: str, path: str) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": method}
    asked["Access-Control-Request-Headers"] = "content-type,idempotency-key"
    answer = site.request("OPTIONS", path, headers=asked)
    assert answer.status_code in (200, 204)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert method in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert "content-type" in allowed
    assert "idempotency-key" in allowed


def test_a_browser_may_read_answers_and_refusals(site: Site) -> None:
    for path in ("/api/v1/styles", "/api/v1/jobs/unknown"):
        answer = site.request("GET", path, headers={"Origin": ORIGIN})
        assert answer.headers["access-control-allow-origin"] == "*"


def test_a_browser_may_send_a_photo_to_its_upload(site: Site) -> None:
    url = site.announce()["url"]
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}
    answer = site.http.options(
        url, headers=asked | {"Access-Control-Request-Headers": "content-type"}
    )
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN)
    assert "PUT" in answer.headers["access-control-allow-methods"]


def test_a_forged_signature_is_refused(site: Site) -> None:
    upload = site.announce()
    url, _, signature = upload["url"].rpartition("X-Amz-Signature=")
    forged = ("1" if signature[0] == "0" else "0") + signature[1:]
    answer = site.send({**upload, "url": f"{url}X-Amz-Signature={forged}"})
    assert answer.status_code == 403
    assert site.send(upload).status_code == 200


def test_a_link_is_for_one_type_and_one_size(site: Site) -> None:
    upload = site.announce()
    assert site.send(upload, headers={"Content-Type": "image/png"}).status_code == 403
    assert site.send(upload, PHOTO + b"more").status_code == 403


def test_a_photo_is_not_public(site: Site) -> None:
    upload = site.announce()
    site.send(upload)
    assert site.http.get(upload["url"].partition("?")[0]).status_code == 403


def test_buckets_are_closed_to_plain_http(stack: Stack) -> None:
    bucket = stack.outputs["ResultsBucketName"]
    secure = stack.client_as("InferenceRole", "s3")
    secure.put_object(Bucket=bucket, Key="of-a-test", Body=b"-")
    plain = stack.client_as("InferenceRole", "s3", stack.session.client("s3").meta.endpoint_url)
    with pytest.raises(ClientError, match="AccessDenied"):
        plain.get_object(Bucket=bucket, Key="of-a-test")
    secure.delete_object(Bucket=bucket, Key="of-a-test")


ALLOWED: list[tuple[str, str, Call]] = [
    ("WebRole", "s3", lambda at, s3: listed(s3, at, "UploadsBucketName")),
    ("WebRole", "sqs", lambda at, sqs: at_queue(sqs.get_queue_attributes, at, "FinishedQueueUrl")),
    (
        "InferenceRole",
        "s3",
        lambda at, s3: listed(s3, at, "ResultsBucketName"),
    ),
    (
        "InferenceRole",
        "sqs",
        lambda at, sqs: at_queue(sqs.get_queue_attributes, at, "JobsQueueUrl"),
    ),
    ("InferenceRole", "dynamodb", lambda at, table: at_key(table.get_item, at)),
]
REFUSED: list[tuple[str, str, Call]] = [
    ("WebRole", "s3", lambda at, s3: listed(s3, at, "SiteBucketName")),
    ("WebRole", "s3", lambda _, s3: s3.list_buckets()),
    ("WebRole", "sqs", lambda at, sqs: at_queue(sqs.receive_message, at, "JobsQueueUrl")),
    ("WebRole", "sqs", lambda at, sqs: at_queue(sqs.purge_queue, at, "JobsDeadLettersUrl")),
    ("WebRole", "dynamodb", lambda at, table: table.scan(TableName=at.outputs["TableName"])),
    ("WebRole", "iam", lambda _, iam: iam.list_roles()),
    ("InferenceRole", "s3", lambda at, s3: put(s3, at.outputs["UploadsBucketName"])),
    ("InferenceRole", "s3", lambda at, s3: put(s3, at.outputs["SiteBucketName"])),
    ("InferenceRole", "sqs", lambda at, sqs: at_queue(sqs.receive_message, at, "FinishedQueueUrl")),
    ("InferenceRole", "dynamodb", lambda at, table: at_key(table.delete_item, at)),
    (
        "InferenceRole",
        "lambda",
        lambda at, it: it.invoke(FunctionName=at.outputs["WebFunctionName"], Payload=b"{}"),
    ),
]


def listed(s3: Any, stack: Stack, bucket: str) -> object:
    return s3.list_objects_v2(Bucket=stack.outputs[bucket])


def at_queue(call: Callable[..., object], stack: Stack, queue: str) -> object:
    return call(QueueUrl=stack.outputs[queue])


def at_key(call: Callable[..., object], stack: Stack) -> object:
    return call(TableName=stack.outputs["TableName"], Key={"key": {"S": "job#unknown"}})


def put(s3: Any, bucket: str) -> object:
    return s3.put_object(Bucket=bucket, Key="of-a-test", Body=b"-")


@pytest.mark.parametrize(("role", "service", "call"), ALLOWED)
def test_a_function_may_do_its_work(stack: Stack, role: str, service: str, call: Call) -> None:
    call(stack, stack.client_as(role, service))


@pytest.mark.parametrize(("role", "service", "call"), REFUSED)
def test_a_function_may_do_nothing_else(stack: Stack, role: str, service: str, call: Call) -> None:
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        call(stack, stack.client_as(role, service))
