"""A teacher's statistics of whole pictures, as few numbers that matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# A teacher may tell thousands, most of which say the same.
MOST = 96
_SMALLEST = np.float32(1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """How statistics differ between some pictures.

    Attributes:
        mean: of each statistic, ``float32[N]``.
        deviation: likewise.
        axes: what the standardised ones are seen along, ``float32[N, kept]``.
    """

    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]
    axes: NDArray[np.float32]

    @classmethod
    def of(cls, measured: NDArray[np.float32]) -> Scale:
        """Over the pictures of ``float32[pictures, N]``.

        Of more than ``MOST`` statistics, the principal components are kept.
        """
        mean = measured.mean(axis=0)
        deviation = np.maximum(measured.std(axis=0), _SMALLEST)
        count = measured.shape[1]
        if count <= MOST:
            return cls(mean, deviation, np.eye(count, dtype=np.float32))
        _, sizes, axes = np.linalg.svd((measured - mean) / deviation, full_matrices=False)
        # All at one scale, so that to miss one is as bad as its part in all; on average about 1.
        size = np.sqrt(np.square(sizes[:MOST]).sum() / (MOST * len(measured)))
        return cls(mean, deviation, np.ascontiguousarray(axes[:MOST].T / max(size, _SMALLEST)))

    def standardised(self, measured: NDArray[np.float32]) -> Tensor:
        """``float[pictures, kept]``, about zero mean and unit variance."""
        return torch.from_numpy(((measured - self.mean) / self.deviation) @ self.axes)
