"""Batches of random crops, each with the thumbnail of the whole picture it was cut from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from training.samples import Picture, Sample
from training.student import THUMBNAIL_SIDE


def thumbnail(photo: Picture) -> Picture:
    """The whole photo, RGB ``uint8[128, 128, 3]``, aspect not kept; as the pipeline makes it."""
    side = (THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    return np.asarray(Image.fromarray(photo).resize(side, Image.Resampling.BOX))


def to_tensor(pictures: Sequence[Picture]) -> Tensor:
    """RGB ``uint8[H, W, 3]`` each to ``float[N, 3, H, W]`` in [-1, 1], channels last."""
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    return stacked.float().div_(127.5).sub_(1).contiguous(memory_format=torch.channels_last)


class Crops:
    """Every labelled sample in memory, about 6 bytes a pixel."""

    def __init__(self, labelled: Sequence[Sample], side: int) -> None:
        self._side = side
        self._items = [self._load(sample) for sample in labelled]
        weights = np.array([np.sqrt(photo.size) for photo, _, _ in self._items])
        self._weights = weights / weights.sum()

    def __len__(self) -> int:
        return len(self._items)

    def _load(self, sample: Sample) -> tuple[Picture, Picture, Picture]:
        photo, label = sample.read()
        small = thumbnail(photo)
        lack = [(0, max(0, self._side - edge)) for edge in photo.shape[:2]]
        pad = (*lack, (0, 0))
        return np.pad(photo, pad, "symmetric"), np.pad(label, pad, "symmetric"), small

    def batch(self, count: int, random: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """(image, thumbnail, label) tensors of ``count`` crops."""
        images, thumbnails, labels = [], [], []
        for index in random.choice(len(self._items), count, p=self._weights):
            photo, label, small = self._items[index]
            top, left = (random.integers(0, edge - self._side + 1) for edge in photo.shape[:2])
            window = np.s_[top : top + self._side, left : left + self._side]
            images.append(photo[window])
            labels.append(label[window])
            thumbnails.append(small)
        return to_tensor(images), to_tensor(thumbnails), to_tensor(labels)
