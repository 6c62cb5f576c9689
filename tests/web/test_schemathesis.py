"""What the document says is what both functions do, whatever they are sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from anime_inference.entry.http.app import create_app as create_inference_app
from anime_inference.settings import Settings as InferenceSettings
from anime_web.entry.http.app import OPENAPI_FILE
from anime_web.entry.http.app import create_app as create_web_app
from anime_web.settings import Settings as WebSettings
from tests.web.serving import serving

DOCUMENT = schemathesis.openapi.from_dict(json.loads(OPENAPI_FILE.read_text()))
OF_INFERENCE = DOCUMENT.include(path=["/api/v1/transform", "/api/v1/styles", "/readyz"])
OF_WEB = DOCUMENT.exclude(path=["/api/v1/transform", "/upload", "/readyz"])
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("web")
    with serving(create_web_app(WebSettings(data_dir=folder / "var", rate_limit=""))) as url:
        yield url


@pytest.fixture(scope="module")
def inference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("inference")
    with serving(create_inference_app(InferenceSettings(data_dir=folder / "var"))) as url:
        yield url


def holds(case: Case[Any], url: str) -> None:
    answer = case.call_and_validate(base_url=url, checks=CHECKS, timeout=20)
    assert answer.status_code < 500 or answer.status_code == 503


@OF_WEB.parametrize()
@BOUNDED
def test_the_web_function_keeps_to_its_document(case: Case[Any], web: str) -> None:
    holds(case, web)


@OF_INFERENCE.parametrize()
@BOUNDED
def test_the_inference_function_keeps_to_its_document(case: Case[Any], inference: str) -> None:
    holds(case, inference)
