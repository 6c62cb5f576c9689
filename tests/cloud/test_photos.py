"""Real photos through the deployed stack."""

from __future__ import annotations

import json

import pytest

from tests.cloud.site import PHOTO, Site
from tests.cloud.stack import Stack
from tests.painted import assert_painted
from tests.pictures import opened


def test_a_photo_goes_through_upload_queue_and_container(stack: Stack, site: Site) -> None:
    job = site.ended(site.order())
    assert job["status"] == "succeeded", job
    assert [face["treated"] for face in job["faces"]] == [True]
    answer = site.http.get(job["result_url"])
    assert answer.headers["content-type"] == "image/jpeg"
    assert_painted(PHOTO, opened(answer.content))
    assert stack.depth("JobsQueueUrl") == 0


@pytest.mark.parametrize("path", ["/api/v1/transform", "/upload"])
def test_a_small_photo_goes_in_one_call(site: Site, path: str) -> None:
    answer = site.transform(path, Accept="image/png")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert_painted(PHOTO, opened(answer.content))


@pytest.fixture
def batches_are_read(stack: Stack) -> None:
    """LocalEmu takes the permission for one table only if it is given for all."""
    read = {"Effect": "Allow", "Action": "dynamodb:BatchGetItem", "Resource": "*"}
    stack.client("iam").put_role_policy(
        RoleName=stack.resources["WebRole"],
        PolicyName="of-a-test",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [read]}),
    )


@pytest.mark.usefixtures("batches_are_read")
def test_photos_of_a_batch_come_as_one_zip(site: Site) -> None:
    uploads = [site.announce() for _ in range(2)]
    for upload in uploads:
        assert site.send(upload).status_code == 200
    body = {"upload_ids": [upload["upload_id"] for upload in uploads]}
    answer = site.request("POST", "/api/v1/batches", json=body)
    assert answer.status_code == 202, answer.text
    assert site.zipped(answer.json()["batch_id"])[:2] == b"PK"


def test_a_poisoned_photo_fails_and_leaves_no_dead_letter(stack: Stack, site: Site) -> None:
    job = site.ended(site.order(PHOTO[:2000]))
    assert job["status"] == "failed"
    assert job["problem"]["type"] == "urn:anime:problem:broken-picture"
    assert stack.depth("JobsQueueUrl") == 0
    assert stack.depth("JobsDeadLettersUrl") == 0
