"""No picture changes unseen: ``make golden`` shows what changed, and keeps it."""

from __future__ import annotations

import pytest

from anime_inference.logic.generator import Models
from anime_inference.logic.limits import PipelineLimits
from tests.golden.pictures import (
    FOLDER,
    MEAN_TOLERANCE,
    P99_TOLERANCE,
    Golden,
    distance,
    goldens,
)


@pytest.mark.parametrize("golden", goldens(), ids=lambda golden: golden.file.stem)
def test_a_style_paints_as_it_did(golden: Golden, models: Models, limits: PipelineLimits) -> None:
    assert golden.file.exists(), "`make golden` paints what is missing"
    painted, kept = golden.paint(models, limits), golden.read()
    assert painted.shape == kept.shape
    mean, p99 = distance(painted, kept)
    assert mean < MEAN_TOLERANCE, "`make golden` shows what changed"
    assert p99 < P99_TOLERANCE


def test_no_golden_picture_lies_around_unused() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {golden.file.name for golden in goldens()}
