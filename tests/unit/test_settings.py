"""Settings as a template's parameters give them: always there, maybe empty."""

from __future__ import annotations

import pytest

from anime_web.settings import read_settings


@pytest.mark.parametrize(
    "name", ["inference_function", "public_s3_endpoint", "public_url", "site_dir", "webhook_secret"]
)
def test_an_empty_text_is_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"ANIME_{name.upper()}", "")
    assert getattr(read_settings(), name) is None


def test_an_empty_list_has_no_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIME_WEBHOOK_ALLOW", "")
    monkeypatch.setenv("ANIME_INSTALLED_STYLES", "hayao,cute,")
    settings = read_settings()
    assert settings.webhook_allow == ()
    assert settings.installed_styles == ("hayao", "cute")


def test_an_empty_rate_limit_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIME_RATE_LIMIT", "")
    assert read_settings().rate_limit == ""
