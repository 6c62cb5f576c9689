"""Batches of random crops, each with what is known of the whole picture it was cut from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from anime_inference.logic.thumbnail import thumbnail_of
from training.samples import Picture, Sample


def to_tensor(pictures: Sequence[Picture]) -> Tensor:
    """``uint8[H, W, planes]`` each to ``float[N, planes, H, W]`` in [-1, 1], channels last."""
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    return stacked.float().div_(127.5).sub_(1).contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Crops and their labels; ``indices`` are of the samples that they were cut from."""

    image: Tensor
    label: Tensor
    thumbnail: Tensor
    indices: NDArray[np.int64]


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
        small = thumbnail_of(photo)
        lack = [(0, max(0, self._side - edge)) for edge in photo.shape[:2]]
        pad = (*lack, (0, 0))
        return np.pad(photo, pad, "symmetric"), np.pad(label, pad, "symmetric"), small

    @property
    def thumbnails(self) -> list[Picture]:
        """Of every sample, in order."""
        return [small for _, _, small in self._items]

    def batch(self, count: int, random: np.random.Generator) -> Batch:
        """``count`` crops of any samples; larger ones are more likely."""
        images, thumbnails, labels = [], [], []
        indices = random.choice(len(self._items), count, p=self._weights)
        for index in indices:
            photo, label, small = self._items[index]
            top, left = (random.integers(0, edge - self._side + 1) for edge in photo.shape[:2])
            window = np.s_[top : top + self._side, left : left + self._side]
            images.append(photo[window])
            labels.append(label[window])
            thumbnails.append(small)
        return Batch(to_tensor(images), to_tensor(labels), to_tensor(thumbnails), indices)
