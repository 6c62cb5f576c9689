"""The document that clients are made from."""

from __future__ import annotations

import json
import re

from anime_web.entry.http.app import OPENAPI_FILE
from scripts.openapi import text
from tests.web.site import Site


def test_the_committed_document_is_what_the_code_says() -> None:
    assert OPENAPI_FILE.read_text() == text(), "run `python -m scripts.openapi`"


def test_the_committed_document_is_what_is_served(site: Site) -> None:
    assert site.client.get("/api/v1/openapi.json").json() == json.loads(OPENAPI_FILE.read_text())


def test_every_operation_is_described() -> None:
    document = json.loads(OPENAPI_FILE.read_text())
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 12
    known = {tag["name"] for tag in document["tags"]}
    for operation in operations:
        assert operation["summary"]
        assert set(operation["tags"]) <= known
        for status, response in operation["responses"].items():
            assert ("application/problem+json" in response.get("content", {})) == (status > "299")


def test_the_page_about_it_asks_nobody_else(site: Site) -> None:
    page = site.client.get("/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert address.startswith("/")
        assert site.client.get(address).status_code == 200
