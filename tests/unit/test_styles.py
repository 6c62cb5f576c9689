"""The registry of styles."""

from __future__ import annotations

import hashlib

import pytest

from anime_inference.adapters.model_store import _BUNDLED_FOLDER, ModelStore
from anime_shared.errors import UnknownStyle
from anime_shared.style import Architecture
from anime_shared.styles import DEFAULT_STYLE, STYLES, find_style


def test_names_are_unique() -> None:
    names = [name for style in STYLES for name in (style.id, *style.aliases)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.id)
def test_a_style_is_complete(style) -> None:  # type: ignore[no-untyped-def]
    assert style.title
    assert style.author
    assert style.licence.endswith(".")
    assert style.source
    assert (style.bundled is None) == bool(style.weights)
    assert (style.upsampling is not None) == (style.architecture is Architecture.ANIMEGAN2)
    for weights in style.weights:
        assert len(weights.git_blob_id) == 40
        assert (weights.repository is None) == (weights.commit is None)


def test_what_imitates_a_non_commercial_teacher_says_so() -> None:
    assert "Non-commercial" in DEFAULT_STYLE.licence


def test_the_old_clients_name_is_an_alias() -> None:
    assert find_style("hayao_64") is DEFAULT_STYLE
    assert find_style("hayao") is DEFAULT_STYLE


@pytest.mark.parametrize(("name", "hint"), [("hayou", "did you mean hayao?"), ("?", "there are")])
def test_an_unknown_style_names_the_known_ones(name: str, hint: str) -> None:
    with pytest.raises(UnknownStyle, match="paprika") as raised:
        find_style(name)
    assert hint in raised.value.detail
    assert raised.value.field == "style"


def test_bundled_models_are_what_the_registry_pins_and_small(own_model_folder) -> None:  # type: ignore[no-untyped-def]
    bundled = [style for style in STYLES if style.bundled]
    assert bundled
    for style in bundled:
        assert style.bundled is not None
        data = (_BUNDLED_FOLDER / style.bundled.file_name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == style.bundled.sha256
        assert len(data) <= 2_000_000
        assert ModelStore(own_model_folder).read(style).data == data


def test_no_bundled_model_lies_around_unused() -> None:
    used = {style.bundled.file_name for style in STYLES if style.bundled}
    assert {file.name for file in _BUNDLED_FOLDER.glob("*.onnx")} == used
