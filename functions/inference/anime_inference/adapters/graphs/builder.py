"""A small pen for ONNX graphs: each call draws a node and returns the name of its output."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from anime_inference.adapters.model_store import MODEL_VERSION

Shape: TypeAlias = Sequence[int | str]

OPSET = 18
IR_VERSION = 9
# Of the tensor with an int8 kernel's scales.
SCALE_SUFFIX = ".scale"
# Of the tensor with the level that is 0.
ZERO_POINT_SUFFIX = ".zero_point"
_INT8_LEVELS = 127
_KERNEL_DIMENSIONS = 4


class GraphBuilder:
    """Draws one graph whose weights come from a state dict, each used by name.

    Args:
        weights: name to array.
        compact: keep kernels as int8 with a scale for each output channel, and all else as
            float16; the engine computes the float32 weights once, when it loads the model.
    """

    def __init__(
        self, weights: Mapping[str, NDArray[np.float32]], *, compact: bool = False
    ) -> None:
        self._weights = weights
        self._compact = compact
        self._nodes: list[onnx.NodeProto] = []
        self._drawn = 0
        self._initializers: dict[str, onnx.TensorProto] = {}
        self._defaults: dict[str, onnx.TensorProto] = {}
        self._used: set[str] = set()

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Any operator with one output."""
        output = f"t{self._drawn}"
        self._drawn += 1
        self._nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def either(self, condition: str, then: Callable[[], str], otherwise: Callable[[], str]) -> str:
        """What ``then`` draws where ``condition`` holds, else what ``otherwise`` draws.

        Only that one is computed. Both may use what was drawn before.
        """
        outer = self._nodes
        branches = []
        for draw in (then, otherwise):
            self._nodes = []
            drawn = draw()
            output = helper.make_tensor_value_info(drawn, TensorProto.FLOAT, None)
            branches.append(helper.make_graph(self._nodes, "branch", [], [output]))
        self._nodes = outer
        return self.node("If", condition, then_branch=branches[0], else_branch=branches[1])

    def default(self, name: str, values: NDArray[np.float32]) -> str:
        """An input of the model that need not be given: it is ``values`` then."""
        self._defaults[name] = numpy_helper.from_array(values, name)
        return name

    def constant(self, values: NDArray[Any]) -> str:
        """A tensor that is no weight: sizes, axes, paddings."""
        name = f"c{len(self._initializers)}"
        self._initializers[name] = numpy_helper.from_array(values, name)
        return name

    def integers(self, *values: int) -> str:
        """A 1-D int64 constant."""
        return self.constant(np.array(values, np.int64))

    def has_weight(self, name: str) -> bool:
        """Whether the state dict has this weight."""
        return name in self._weights

    def shape(self, name: str) -> tuple[int, ...]:
        """Of a weight."""
        return self._weights[name].shape

    def weight(self, name: str, shape: Sequence[int] | None = None) -> str:
        """A weight of the state dict, reshaped if ``shape`` is given.

        Raises:
            KeyError: the state dict has no such weight.
        """
        self._used.add(name)
        values = self._weights[name] if shape is None else self._weights[name].reshape(shape)
        if not self._compact:
            return self._initializer(name, np.ascontiguousarray(values))
        if values.ndim == _KERNEL_DIMENSIONS:
            return self._quantised(name, values)
        half = self._initializer(name, values.astype(np.float16))
        return self.node("Cast", half, to=TensorProto.FLOAT)

    def _quantised(self, name: str, kernel: NDArray[np.float32]) -> str:
        steps, scale = _int8(kernel, _INT8_LEVELS)
        widened = self.node("Cast", self._initializer(name, steps), to=TensorProto.FLOAT)
        return self.node("Mul", widened, self._initializer(f"{name}{SCALE_SUFFIX}", scale))

    def int8_kernel(self, name: str, levels: int) -> str:
        """A kernel of so many levels on each side of 0, which the engine keeps as int8."""
        self._used.add(name)
        steps, scale = _int8(self._weights[name], levels)
        kept = self._initializer(f"{name}{SCALE_SUFFIX}", scale.reshape(-1))
        return self.node("DequantizeLinear", self._initializer(name, steps), kept, axis=0)

    def grid(self, name: str, levels: int) -> tuple[str, str]:
        """Scale and zero point of the range from ``<name>.low`` to ``<name>.high``, for uint8.

        The range holds 0, even if they don't.

        Args:
            name: of what is rounded.
            levels: from the least to the greatest.
        """
        low, high = (self._weights[f"{name}.{end}"] for end in ("low", "high"))
        self._used |= {f"{name}.low", f"{name}.high"}
        low, high = np.minimum(low, 0), np.maximum(high, 0)
        # Of what is always 0, any scale will do.
        scale = np.float32((high - low) / levels or 1)
        zero_point = np.uint8(np.rint(-low / scale))
        return (
            self._initializer(f"{name}{SCALE_SUFFIX}", np.asarray(scale)),
            self._initializer(f"{name}{ZERO_POINT_SUFFIX}", np.asarray(zero_point)),
        )

    def _initializer(self, name: str, values: NDArray[Any]) -> str:
        if name not in self._initializers:
            self._initializers[name] = numpy_helper.from_array(values, name)
        return name

    def conv(
        self,
        x: str,
        name: str,
        *,
        bias: bool,
        stride: int = 1,
        padding: int = 0,
        levels: int | None = None,
    ) -> str:
        """Convolution by ``<name>.weight``; its shape tells kernel and groups.

        ``padding`` is of zeros, on every side. With ``levels``, see ``int8_kernel``.
        """
        weight = f"{name}.weight"
        shape = self._weights[weight].shape
        inputs = [x, self.weight(weight) if levels is None else self.int8_kernel(weight, levels)]
        if bias:
            inputs.append(self.weight(f"{name}.bias"))
        return self.node(
            "Conv",
            *inputs,
            kernel_shape=shape[2:],
            strides=[stride, stride],
            pads=[padding] * 4,
            group=shape[0] if shape[1] == 1 else 1,
        )

    def check_all_used(self) -> None:
        """Every weight must have found its place.

        Raises:
            KeyError: some have not; the state dict is of another network.
        """
        unused = sorted(set(self._weights) - self._used)
        if unused:
            raise KeyError(f"weights that this network doesn't have: {', '.join(unused[:3])}")

    def model(
        self, inputs: Mapping[str, Shape], outputs: Mapping[str, tuple[str, Shape]]
    ) -> onnx.ModelProto:
        """The finished model, checked; it also takes the inputs that have a default.

        Args:
            inputs: name to shape; a text is a dimension that may vary.
            outputs: public name to the name of the tensor drawn, and its shape.
        """
        for public, (drawn, _) in outputs.items():
            self._nodes.append(helper.make_node("Identity", [drawn], [public]))
        defaults = {name: tuple(tensor.dims) for name, tensor in self._defaults.items()}
        graph = helper.make_graph(
            self._nodes,
            "generator",
            [_described(name, shape) for name, shape in {**inputs, **defaults}.items()],
            [_described(name, shape) for name, (_, shape) in outputs.items()],
            [*self._initializers.values(), *self._defaults.values()],
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="animegan-serverless",
            model_version=MODEL_VERSION,
        )
        onnx.checker.check_model(model, full_check=True)
        return model


def _int8(kernel: NDArray[np.float32], levels: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Levels, and the scale of each output channel, ``float32[outputs, 1, 1, 1]``."""
    largest = np.abs(kernel).max(axis=(1, 2, 3), keepdims=True)
    scale = (np.where(largest == 0, 1, largest) / np.float32(levels)).astype(np.float32)
    return np.rint(kernel / scale).astype(np.int8), scale


def _described(name: str, shape: Shape) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
