"""Which variant of a style a client gets."""

from __future__ import annotations

from collections import Counter

import pytest
from fastapi.testclient import TestClient

from anime_inference.composition import check_models
from anime_inference.entry.http.app import create_app
from anime_inference.settings import Settings, read_settings
from anime_shared.errors import AnimeError, StyleNotInstalled, UnknownStyle
from anime_shared.options import TransformOptions
from anime_shared.variants import Assigned, Variants, name_variant
from tests.pictures import file_of, gradient

SETTING = "hayao=student:0.5,shinkai:0.5"
HALVES = Variants.parse(SETTING)


def model_style_for(variants: Variants, key: str, **options: str) -> str:
    changed, _ = variants.assign(TransformOptions.model_validate(options), key)
    return changed.background_style or changed.style


def test_shares_are_kept_among_many_clients() -> None:
    variants = Variants.parse("hayao=student:0.9,full:0.1")
    counts = Counter(model_style_for(variants, f"client {number}") for number in range(5000))
    assert counts.keys() == {"hayao", "hayao_full"}
    # Five standard deviations.
    assert 395 < counts["hayao_full"] < 605


def test_who_has_got_a_variant_keeps_it() -> None:
    wider = Variants.parse("hayao=student:0.4,shinkai:0.6")
    for number in range(200):
        first, again = (model_style_for(HALVES, f"client {number}") for _ in range(2))
        assert first == again
        # A share that grows takes nobody's variant away but those who must change.
        if first == "shinkai":
            assert model_style_for(wider, f"client {number}") == "shinkai"


@pytest.mark.parametrize(
    ("options", "model_style"),
    [
        ({}, "hayao_full"),
        ({"style": "hayao_64"}, "hayao_full"),
        ({"style": "shinkai"}, "shinkai"),
        ({"background_style": "hayao"}, "hayao_full"),
        ({"style": "hayao", "background_style": "shinkai"}, "shinkai"),
        ({"style": "cute"}, "cute"),
    ],
)
def test_what_names_the_style_is_replaced(options: dict[str, str], model_style: str) -> None:
    assert model_style_for(Variants.parse("hayao=full:1"), "me", **options) == model_style


def test_several_styles() -> None:
    variants = Variants.parse("hayao=full:1; shinkai=full:1;")
    assert {style.id for style in variants.model_styles} == {"hayao_full", "shinkai_full"}
    assert Variants.parse("").of_style == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hayao", "is not like"),
        ("hayao=student", "is not like"),
        ("hayao=student:0.5,full:0.4", "0.9 in sum"),
        ("hayao=student:0.5.5,full:0.5", "not a share"),
        ("hayao=student:0.5,student:0.5", "twice"),
        ("hayao=full:1;hayao=full:1", "twice"),
        ("hayao=huge:1", "no variant 'huge'"),
        ("hajao=full:1", "did you mean hayao"),
    ],
)
def test_what_is_wrong_is_said(text: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIME_VARIANTS", text)
    with pytest.raises(AnimeError, match=reason) as caught:
        read_settings()
    assert caught.value.field == "ANIME_VARIANTS"
    assert caught.value.detail.startswith("ANIME_VARIANTS: ")
    if "in sum" in reason:
        assert caught.value.limit == 1


def test_a_server_starts_only_with_the_models_of_its_variants() -> None:
    check_models(Settings(variants=SETTING))
    with pytest.raises(StyleNotInstalled, match="hayao_full"):
        check_models(Settings(variants="hayao=student:0.9,full:0.1"))


def test_a_variant_that_painted_nothing_is_not_named() -> None:
    _, assigned = HALVES.assign(TransformOptions(), "client 1")
    assert name_variant({"style": "cute"}, assigned) == {"style": "cute", "variant": None}
    assert name_variant({"style": "hayao"}, None) == {"style": "hayao", "variant": None}


def test_a_job_of_before_has_its_variant() -> None:
    _, assigned = HALVES.assign(TransformOptions(), "client 1")
    assert assigned is not None
    record = assigned.model_dump()
    assert Assigned.model_validate(record) == assigned
    record["painter"] = record.pop("model_style")
    assert Assigned.model_validate(record) == assigned


def test_one_call_tells_the_variant_and_keeps_to_it() -> None:
    settings = Settings(variants=SETTING)
    photo = {"image": ("photo.png", file_of(gradient()))}
    told = set()
    with TestClient(create_app(settings)) as client:
        for name in ("ann", "bob", "cem", "dan", "eve", "fay"):
            headers = {"Anime-Client": name}
            answers = [
                client.post(
                    "/api/v1/transform", files=photo, data={"faces": "off"}, headers=headers
                ).json()
                for _ in range(2)
            ]
            assert {answer["style"] for answer in answers} == {"hayao"}
            first, again = ((answer["variant"], answer["model"]) for answer in answers)
            assert first == again
            told.add(first)
        headers |= {"Accept": "image/*"}
        file = client.post("/api/v1/transform", files=photo, headers=headers)
        assert file.headers["anime-variant"] in ("student", "shinkai")
        refused = client.post("/api/v1/transform", files=photo, headers={"Anime-Client": "a b"})
        assert (refused.status_code, refused.json()["field"]) == (422, "Anime-Client")
    assert {name for name, _ in told} == {"student", "shinkai"}
    assert len(told) == 2


def test_shares_may_miss_the_whole_by_a_rounding_error() -> None:
    almost = Variants.parse("hayao=student:0.4999995,shinkai:0.5")
    # Of half a million clients the first whose number lies behind both shares.
    assert model_style_for(almost, "client 539468") == "shinkai"


def test_each_of_several_variants_gets_its_share() -> None:
    variants = Variants.parse("hayao=student:0.2,full:0.3,shinkai:0.4,paprika:0.1")
    counts = Counter(model_style_for(variants, f"client {number}") for number in range(5000))
    shares = {"hayao": 1000, "hayao_full": 1500, "shinkai": 2000, "paprika": 500}
    assert counts.keys() == shares.keys()
    assert all(abs(counts[style] - share) < 180 for style, share in shares.items())


@pytest.mark.parametrize("field", ["style", "background_style"])
def test_an_unknown_style_is_at_fault_in_its_field(field: str) -> None:
    with pytest.raises(UnknownStyle) as raised:
        HALVES.assign(TransformOptions.model_validate({field: "nobody"}), "me")
    assert raised.value.field == field
