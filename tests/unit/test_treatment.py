"""Which style paints what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from anime_shared import treatment
from anime_shared.errors import InvalidField, UnknownStyle
from anime_shared.options import TransformOptions
from anime_shared.styles import find_style
from anime_shared.treatment import Treatment, choose_treatment, main_style


@pytest.mark.parametrize(
    ("options", "background", "face"),
    [
        ({}, "hayao", "cute"),
        ({"style": "hayao_64"}, "hayao", "cute"),
        ({"style": "shinkai"}, "shinkai", "cute"),
        ({"style": "cute"}, "hayao", "cute"),
        ({"style": "face_paint_v2"}, "face_paint_v2", "face_paint_v2"),
        ({"faces": "off"}, "hayao", None),
        ({"style": "face_paint_v2", "faces": "off"}, "face_paint_v2", None),
        ({"faces": "only"}, None, "cute"),
        ({"face_style": "face_paint_v1"}, "hayao", "face_paint_v1"),
        ({"background_style": "paprika"}, "paprika", "cute"),
        ({"style": "cute", "faces": "off", "background_style": "paprika"}, "paprika", None),
    ],
)
def test_choices(options: dict[str, str], background: str | None, face: str | None) -> None:
    chosen = choose_treatment(TransformOptions.model_validate(options))
    assert (chosen.background and chosen.background.id) == background
    assert (chosen.face and chosen.face.id) == face


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"style": "cute", "faces": "off"}, "faces"),
        ({"background_style": "cute"}, "background_style"),
        ({"face_style": "shinkai"}, "face_style"),
    ],
)
def test_what_a_style_cannot_do(options: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidField) as raised:
        choose_treatment(TransformOptions.model_validate(options))
    assert raised.value.field == field


@pytest.mark.parametrize("field", ["style", "face_style", "background_style"])
def test_unknown_names(field: str) -> None:
    with pytest.raises(UnknownStyle, match=f"{field}: no style") as raised:
        choose_treatment(TransformOptions.model_validate({field: "nobody"}))
    assert raised.value.field == field


def test_a_style_that_paints_no_faces_leaves_them_to_the_background(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenery = replace(find_style("shinkai"), face_style=None)
    monkeypatch.setattr(treatment, "find_style", lambda *_: scenery)
    for faces in ("auto", "only"):
        options = TransformOptions.model_validate({"style": "shinkai", "faces": faces})
        assert choose_treatment(options) == Treatment(scenery, None)


@pytest.mark.parametrize(
    ("options", "style"),
    [
        ({}, "hayao"),
        ({"style": "cute"}, "hayao"),
        ({"faces": "only"}, "cute"),
        ({"style": "nobody"}, None),
        ({"face_style": "shinkai"}, None),
    ],
)
def test_the_main_style_is_what_paints_most(options: dict[str, str], style: str | None) -> None:
    assert main_style(TransformOptions.model_validate(options)) == style
