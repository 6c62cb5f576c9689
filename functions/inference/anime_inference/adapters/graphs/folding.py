"""Weights changed so that the graph has less to do, and paints the same."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from anime_inference.adapters.state_dict import StateDict

# A gain this much smaller than the largest would make the shift that is divided by it imprecise.
_SMALLEST_SHARE: Final = 1e-3
# What the three taps of a kernel on a picture doubled in size (columns) are worth on three
# neighbours in the picture before that (rows): at even places, and at odd ones.
_EVEN: Final = np.array([[0.5, 0, 0], [0.5, 1, 0.5], [0, 0, 0.5]])
_ODD: Final = np.array([[0, 0, 0], [1, 0.5, 0], [0, 0.5, 1]])


def fold_gain(weights: StateDict, norm: str, conv: str) -> StateDict:
    """A normalisation's gain, one factor a channel, moved into the convolution that follows.

    LeakyReLU lies between: ``f(gain * x) = gain * f(x)`` holds for positive gains. The
    normalisation's bias is divided by its gain, and its weight is gone. Where a gain isn't
    positive, nothing changes.

    Args:
        weights: the state dict.
        norm: name of the normalisation.
        conv: name of the convolution; a depthwise one, too.
    """
    gain = weights[f"{norm}.weight"]
    if gain.min() < _SMALLEST_SHARE * gain.max() or gain.max() <= 0:
        return weights
    kernel = weights[f"{conv}.weight"]
    depthwise = kernel.shape[1] == 1 and kernel.shape[0] == gain.size
    by_input = gain[:, None, None, None] if depthwise else gain[None, :, None, None]
    changed = {
        **weights,
        f"{conv}.weight": kernel * by_input,
        f"{norm}.bias": weights[f"{norm}.bias"] / gain,
    }
    del changed[f"{norm}.weight"]
    return changed


def doubling_kernel(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """One convolution for a bilinear doubling and the 3 x 3 convolution after it.

    The doubling is asymmetric: pixel 2i is pixel i, pixel 2i + 1 the mean of i and i + 1. So each
    of the four places in a doubled pixel is a 3 x 3 convolution of the picture before, which is
    reflected before its first row and column and repeats its last.

    Args:
        kernel: ``float32[O, I, 3, 3]``.

    Returns:
        ``float32[4 O, I, 3, 3]``; the outputs of a channel follow each other: top left, top
        right, bottom left, bottom right.
    """
    places = [
        np.einsum("ka,oiab,lb->oikl", down, kernel, across)
        for down in (_EVEN, _ODD)
        for across in (_EVEN, _ODD)
    ]
    stacked = np.stack(places, axis=1).astype(np.float32)
    return stacked.reshape(-1, *kernel.shape[1:])
