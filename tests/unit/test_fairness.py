"""The style doesn't shift the tone of skin: CIELAB lightness over the Monk scale."""

from __future__ import annotations

from anime_inference.logic.generator import Models
from bench.skin import MONK_TONES, monk_faces

LIMIT = 6


def test_skin_keeps_its_lightness_with_kept_colours(models: Models) -> None:
    changes = list(monk_faces(models))
    assert len(changes) == len(MONK_TONES) == 10
    assert changes[0].photo - changes[-1].photo > 50
    too_far = [change for change in changes if abs(change.change_kept) > LIMIT]
    assert not too_far
