"""The samples of the page's cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import samples

COMMITTED = Path(__file__).parents[2] / "frontend_site/samples"


def test_a_style_that_is_only_installed_here_gets_none(
    tmp_path: Path, own_model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_model_folder.mkdir()
    (own_model_folder / f"paprika.{'a' * 64}.onnx").write_bytes(b"would be loaded")
    written = tmp_path / "samples"
    monkeypatch.setattr(samples, "_ROOT", tmp_path)
    monkeypatch.setattr(samples, "_SAMPLES", written)
    samples.main()
    names = [sorted(file.name for file in folder.iterdir()) for folder in (written, COMMITTED)]
    assert names[0] == names[1]
