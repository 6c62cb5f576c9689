"""Whether a picture is a painting of a photo."""

from __future__ import annotations

import numpy as np
from PIL import Image

from tests.pictures import opened


def assert_painted(photo: bytes, picture: Image.Image) -> None:
    """It has the photo's size and shows the same, but isn't the photo."""
    before, after = opened(photo).convert("RGB"), picture.convert("RGB")
    assert after.size == before.size
    coarse = [
        np.asarray(one.convert("L").resize((32, 32)), float).ravel() for one in (before, after)
    ]
    assert np.corrcoef(coarse)[0, 1] > 0.8
    changed = np.abs(np.asarray(before, float) - np.asarray(after, float)).mean()
    assert 5 < changed < 60
