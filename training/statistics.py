"""A teacher's statistics of whole pictures, as numbers of one size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.samples import Statistics

_SMALLEST = np.float32(1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Mean and deviation of each statistic over some pictures: ``float32[2 N]`` each."""

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    @classmethod
    def of(cls, measured: Statistics) -> Scale:
        """Over the pictures of ``float32[pictures, N, 2]``."""
        values = _values(measured)
        return cls(values.mean(axis=0), np.maximum(values.std(axis=0), _SMALLEST))

    def standardised(self, measured: Statistics) -> Tensor:
        """``float[pictures, 2 N]``, about zero mean and unit variance."""
        return torch.from_numpy((_values(measured) - self.mean) / self.deviation)


def _values(measured: Statistics) -> NDArray[np.float32]:
    """Mean over deviation, and the logarithm of the inverse deviation, of each normalisation.

    Between two pictures the deviations differ by factors, and the means by parts of them.
    """
    mean, inverse = measured[..., 0], measured[..., 1]
    return np.concatenate((mean * inverse, np.log(inverse)), axis=1).astype(np.float32)
