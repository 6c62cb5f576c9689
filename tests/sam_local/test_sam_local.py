"""Both functions in Lambda's runtime on this machine, without an account or an emulator."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import httpx2
import pytest

from tests.painted import assert_painted
from tests.pictures import opened
from tests.sam_local.sam import ROOT, api, invoke

PHOTO = (ROOT / "docs/pictures/photo.jpg").read_bytes()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with api(tmp_path_factory.mktemp("sam") / "start-api.log") as client:
        yield client


def test_the_inference_function_paints_the_photo_of_an_event() -> None:
    answer = invoke("InferenceFunction", "transform")
    assert answer["statusCode"] == 200
    assert answer["isBase64Encoded"]
    assert opened(base64.b64decode(answer["body"])).format == "WEBP"


@pytest.mark.parametrize("event", ["jobs", "poisoned"])
def test_the_inference_function_takes_jobs(event: str) -> None:
    returned = invoke("InferenceFunction", event)["batchItemFailures"]
    # Jobs that nobody knows of are settled; a message that names none comes back.
    assert len(returned) == (1 if event == "poisoned" else 0)


def test_the_web_function_refuses_a_job_without_its_upload() -> None:
    answer = invoke("WebFunction", "job_create")
    assert answer["statusCode"] == 404
    assert json.loads(answer["body"])["type"] == "urn:anime:problem:unknown-upload"


def test_the_web_function_takes_notices() -> None:
    assert invoke("WebFunction", "finished") == {"batchItemFailures": []}


def test_a_real_photo_through_the_api_becomes_a_painting(served: httpx2.Client) -> None:
    files = {"image": ("me.jpg", PHOTO, "image/jpeg")}
    answer = served.post("/api/v1/transform", files=files, headers={"Accept": "image/png"})
    assert answer.status_code == 200, answer.text
    assert_painted(PHOTO, opened(answer.content))


def test_both_functions_answer_through_the_api(served: httpx2.Client) -> None:
    assert served.get("/readyz").json() == {"status": "ready"}
    assert {style["id"] for style in served.get("/api/v1/styles").json()} >= {"hayao", "cute"}


def test_what_is_no_picture_is_refused_through_the_api(served: httpx2.Client) -> None:
    answer = served.post("/api/v1/transform", files={"image": ("me.jpg", b"no", "image/jpeg")})
    assert answer.status_code == 415
    assert answer.json()["type"] == "urn:anime:problem:not-a-picture"
