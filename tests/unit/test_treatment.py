"""Which style paints what."""

from __future__ import annotations

import pytest

from anime_shared.errors import InvalidField, UnknownStyle
from anime_shared.options import TransformOptions
from anime_shared.treatment import choose_treatment


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
    treatment = choose_treatment(TransformOptions.model_validate(options))
    assert (treatment.background and treatment.background.id) == background
    assert (treatment.face and treatment.face.id) == face


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
