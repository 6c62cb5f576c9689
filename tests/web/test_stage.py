"""A REST API's stage is a part of its address, though not of the path that it hands on."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.handlers import Handler, loaded


@pytest.fixture
def handler() -> Iterator[Handler]:
    with loaded("web") as handler:
        yield handler


@pytest.mark.parametrize("stage", ["", "/prod", "/api", "/v1"])
def test_links_lead_below_the_stage(handler: Handler, stage: str) -> None:
    def ask(method: str, path: str, body: str | None = None) -> str:
        answer = handler(
            {
                "resource": "/{proxy+}",
                "path": path,
                "httpMethod": method,
                "headers": {"host": "api.example", "content-type": "application/json"},
                "requestContext": {"path": f"{stage}{path}", "identity": {"sourceIp": "192.0.2.1"}},
                "body": body,
                "isBase64Encoded": False,
            }
        )
        assert answer["statusCode"] < 300
        return str(answer["body"])

    docs = ask("GET", "/docs")
    assert f'src="{stage}/static-offline-docs/swagger-ui-bundle.js"' in docs
    assert f"url: '{stage}/api/v1/openapi.json'" in docs
    order = {"file_name": "me.png", "size": 9, "content_type": "image/png"}
    upload = json.loads(ask("POST", "/api/v1/uploads", json.dumps(order)))
    assert upload["url"].startswith(f"https://api.example{stage}/storage/")
