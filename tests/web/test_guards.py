"""Who may call, how often, and what they may learn."""

from __future__ import annotations

import pytest

from anime_shared.errors import InvalidField
from anime_web.entry.http import uploads
from anime_web.settings import Settings, read_settings
from tests.web.conftest import MakeSite
from tests.web.site import PNG, Site, problem_of

GUARDED = ["/api/v1/styles", "/api/v1/jobs/x", "/api/v1/batches/x"]


@pytest.mark.parametrize("key", [None, "", "on", "one ", "é"])
def test_the_api_needs_a_key_if_the_operator_says_so(make_site: MakeSite, key: str | None) -> None:
    site = make_site(api_keys="one,two")
    headers = {} if key is None else {b"X-API-Key": key.encode()}
    for path in GUARDED:
        problem_of(site.client.get(path, headers=headers), 401, "unauthorized")
    problem_of(site.client.post("/upload", headers=headers), 401, "unauthorized")
    problem_of(site.client.post("/api/v1/uploads", headers=headers), 401, "unauthorized")
    for path in ("/healthz", "/docs", "/api/v1/openapi.json"):
        assert site.client.get(path).status_code == 200


def test_a_signed_link_needs_no_key(make_site: MakeSite) -> None:
    site = make_site(api_keys="one,two")
    headers = {"X-API-Key": "two"}
    body = {"file_name": "a.png", "size": len(PNG), "content_type": "image/png"}
    made = site.client.post("/api/v1/uploads", json=body, headers=headers).json()
    assert site.client.put(made["url"], content=PNG, headers=made["headers"]).status_code == 200


def test_pages_of_the_named_origins_may_call(make_site: MakeSite) -> None:
    site = make_site(cors_origins="https://page.example", api_keys="one")
    asked = {
        "Origin": "https://page.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,idempotency-key,x-api-key",
    }
    allowed = site.client.options("/api/v1/jobs", headers=asked)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://page.example"
    refused = site.client.options("/api/v1/jobs", headers={**asked, "Origin": "https://x.example"})
    assert "access-control-allow-origin" not in refused.headers
    unauthorized = site.client.get("/api/v1/styles", headers={"Origin": "https://page.example"})
    assert unauthorized.status_code == 401
    assert unauthorized.headers["access-control-allow-origin"] == "https://page.example"


def test_no_page_may_call_otherwise(site: Site) -> None:
    answer = site.client.get("/api/v1/styles", headers={"Origin": "https://page.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_who_asks_too_often_is_told_when_to_come_back(make_site: MakeSite) -> None:
    site = make_site(rate_limit="3/minute")
    for _ in range(3):
        assert site.client.delete("/api/v1/jobs/x").status_code == 404
    answer = site.client.delete("/api/v1/jobs/x")
    problem = problem_of(answer, 429, "too-many-requests")
    assert (problem["limit"], problem["retryable"]) == (3, True)
    assert 50 < int(answer.headers["retry-after"]) <= 60
    assert site.client.put("/storage/x").status_code == 429
    assert site.client.post("/upload").status_code == 429
    assert site.client.get("/api/v1/jobs/x").status_code == 404
    assert site.client.get("/healthz").status_code == 200


def test_unknown_paths_and_methods_are_problems(site: Site) -> None:
    for answer in (
        site.client.get("/nowhere"),
        site.client.get("/api/v1/jobs/"),
        site.client.get("/api/v1/uploads"),
        site.client.delete("/storage/x"),
    ):
        assert answer.status_code in (404, 405)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["retryable"] is False


@pytest.mark.parametrize("host", ["", "a b", "[::", "x:y:z", "é"])
def test_a_strange_host_is_no_defect(site: Site, host: str) -> None:
    body = {"file_name": "a.png", "size": 5, "content_type": "image/png"}
    answer = site.client.post("/api/v1/uploads", json=body, headers={b"Host": host.encode()})
    assert answer.status_code in (201, 400)


@pytest.mark.parametrize("length", ["9" * 5000, "\xb2", "-1", "1e9", ""])
def test_a_strange_length_is_no_defect(site: Site, length: str) -> None:
    headers = {b"Content-Length": length.encode("latin-1"), b"Content-Type": b"application/json"}
    assert site.client.post("/api/v1/uploads", content=b"{}", headers=headers).status_code < 500
    made = site.announce()
    headers[b"Content-Type"] = b"image/png"
    assert site.client.put(made["url"], content=PNG, headers=headers).status_code < 500


def test_a_body_of_two_sizes_is_refused(site: Site) -> None:
    headers = {"Content-Length": "2", "Transfer-Encoding": "chunked"}
    answer = site.client.post("/api/v1/uploads", content=b"{}", headers=headers)
    assert problem_of(answer, 400, "malformed-body")["field"] == "Content-Length"


def test_a_defect_tells_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(uploads, "make_upload", broken)
    body = {"file_name": "a.png", "size": 5, "content_type": "image/png"}
    answer = site.client.post("/api/v1/uploads", json=body)
    problem_of(answer, 500, "internal-error")
    assert "secret" not in answer.text


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIME_WEBHOOK_ALLOW", "https://a.example, https://b.example/x")
    monkeypatch.setenv("ANIME_INSTALLED_STYLES", "hayao,cute")
    monkeypatch.setenv("ANIME_API_KEYS", "one,two")
    settings = read_settings()
    assert settings.webhook_allow == ("https://a.example", "https://b.example/x")
    assert settings.installed_styles == ("hayao", "cute")
    assert len(settings.api_keys) == 2
    monkeypatch.setenv("ANIME_RATE_LIMIT", "often")
    with pytest.raises(InvalidField, match="ANIME_RATE_LIMIT"):
        read_settings()


def test_secrets_are_not_printed() -> None:
    settings = Settings(webhook_secret="whsec_" + "A" * 44, api_keys="hidden")
    assert "AAAA" not in repr(settings)
    assert "hidden" not in repr(settings)
