"""Settings as a template's parameters give them: always there, maybe empty."""

from __future__ import annotations

import pytest

from anime_inference.composition import call_limits_of, limits_of
from anime_inference.logic.limits import ClipLimits, DecodeLimits, PipelineLimits
from anime_inference.settings import Settings as InferenceSettings
from anime_shared.errors import InvalidField
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


@pytest.mark.parametrize(
    ("name", "url", "wrong"),
    [
        ("QUEUE_URL", "ampq://user:hush@host/", "must begin with amqp://"),
        ("QUEUE_URL", "redis://user:hush@host/", "must begin with amqp://"),
        ("QUEUE_URL", "amqp://user:hu/sh@host/", "%2F"),
        ("QUEUE_URL", "amqp:///hush", "user:password@host"),
        ("CACHE_URL", "memcached://:hush@host", "must begin with redis://"),
        ("CACHE_URL", "localhost", "must begin with redis://"),
        ("CACHE_URL", "redis://:hush@host:port/0", "user:password@host"),
    ],
)
def test_an_address_that_leads_nowhere_is_named_but_not_told(
    name: str, url: str, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ANIME_{name}", url)
    with pytest.raises(InvalidField, match=f"ANIME_{name}: .*{wrong}") as refused:
        read_settings()
    assert "hush" not in str(refused.value)


def test_an_address_is_not_shown_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIME_QUEUE_URL", "amqps://user:hush@host/")
    monkeypatch.setenv("ANIME_CACHE_URL", "rediss://:hush@host/0")
    settings = read_settings()
    assert settings.on_rabbitmq
    assert "hush" not in repr(settings)


@pytest.mark.parametrize("name", ["CACHE_URL", "QUEUE_URL"])
def test_aws_has_queues_and_stores_of_its_own(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIME_PLATFORM", "aws")
    for needed in ("UPLOADS_BUCKET", "RESULTS_BUCKET", "TABLE", "FINISHED_QUEUE_URL", "QUEUE_URL"):
        monkeypatch.setenv(f"ANIME_{needed}", "somewhere")
    url = {"CACHE_URL": "redis://host/0", "QUEUE_URL": "amqp://host/"}[name]
    monkeypatch.setenv(f"ANIME_{name}", url)
    with pytest.raises(InvalidField, match="ANIME_PLATFORM=embedded"):
        read_settings()


def test_every_budget_arrives_in_the_logic() -> None:
    settings = InferenceSettings(
        max_upload_bytes=1_000_001,
        max_pixels=1_000_002,
        memory_budget=100_000_003,
        max_frames=104,
        max_clip_pixels=1_000_005,
        max_clip_seconds=106,
        max_call_seconds=17,
    )
    decode, clip = DecodeLimits(1_000_001, 1_000_002), ClipLimits(104, 1_000_005, 106)
    assert limits_of(settings) == PipelineLimits(decode, 100_000_003, clip)
    in_a_call = ClipLimits(104, 1_000_005, 17)
    assert call_limits_of(settings) == PipelineLimits(decode, 100_000_003, in_a_call)
    patient = settings.model_copy(update={"max_call_seconds": 1000.0})
    assert call_limits_of(patient) == limits_of(settings)
