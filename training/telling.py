"""What a generator's normalisations see of the whole picture, told beside what it paints.

Statistics are numbers that lie evenly about their mean over many pictures: between two pictures
deviations differ by factors, and means by parts of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray

from training.samples import Statistics

_SMALLEST_SQUARE = 1e-6


def tell_averages(model: onnx.ModelProto) -> list[bool]:
    """Make a published graph give the averages over its whole planes, after the picture.

    Returns:
        Of each average, whether it is of squares.
    """
    made_by = {name: node for node in model.graph.node for name in node.output}
    are_squares = []
    for node in model.graph.node:
        if node.op_type != "GlobalAveragePool":
            continue
        model.graph.output.append(
            onnx.helper.make_tensor_value_info(node.output[0], onnx.TensorProto.FLOAT, None)
        )
        are_squares.append(_is_square(made_by.get(node.input[0])))
    return are_squares


def _is_square(node: onnx.NodeProto | None) -> bool:
    """Of what no node makes, as the picture itself: no."""
    return node is not None and node.op_type == "Mul" and node.input[0] == node.input[1]


def of_averages(seen: Sequence[NDArray[np.float32]], are_squares: Sequence[bool]) -> Statistics:
    """The averages themselves, and the logarithms of those of squares."""
    told = [
        np.log(np.maximum(average, _SMALLEST_SQUARE)) if is_square else average
        for average, is_square in zip(seen, are_squares, strict=True)
    ]
    return np.concatenate([average.ravel() for average in told]).astype(np.float32)


def of_normalisations(measured: NDArray[np.float32]) -> Statistics:
    """Mean over deviation and logarithm of the inverse deviation.

    Args:
        measured: mean and inverse deviation of each normalisation, ``float32[N, 2]``.
    """
    mean, inverse = measured.T
    return np.concatenate((mean * inverse, np.log(inverse))).astype(np.float32)
