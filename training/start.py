"""Begin with what another student has learnt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from training.code import GlobalCode, StatisticsCode, code_of_weights
from training.export import read_student
from training.loop import averaged_weights
from training.student import Student

_CODE = "code."


def weights_to_start_with(file: Path) -> Mapping[str, Tensor]:
    """Of a student's ONNX file, or of a checkpoint."""
    if file.suffix == ".onnx":
        return {name: torch.from_numpy(values) for name, values in read_student(file).items()}
    return averaged_weights(file)


def code_to_start_with(kept: Mapping[str, Tensor]) -> StatisticsCode | None:
    """That of another student, if it foretells statistics."""
    code = code_of_weights(kept)
    if not isinstance(code, StatisticsCode):
        return None
    code.load_state_dict(
        {name.removeprefix(_CODE): value for name, value in kept.items() if name.startswith(_CODE)}
    )
    return code


def begin_with(student: nn.Module, kept: Mapping[str, Tensor]) -> None:
    """Take over the weights of another student.

    Blocks that it lacks begin as the identity, and channels that it lacks weigh nothing, so the
    student paints what the other paints. A code of another kind isn't taken over, and where it
    foretells statistics, it has learnt that already: only what it makes of them is taken.
    """
    if isinstance(student, Student):
        own = _own_layers(student.code, of_its_kind=_is_same_kind(student.code, kept))
        kept = {name: values for name, values in kept.items() if not name.startswith(own)}
    with torch.no_grad():
        for name, values in student.state_dict().items():
            if name in kept:
                _fill(name, values, kept[name])
            elif name.endswith((".second.weight", ".second.bias")):
                values.zero_()


def _is_same_kind(code: GlobalCode, kept: Mapping[str, Tensor]) -> bool:
    return _shapes(code) == _shapes(code_of_weights(kept))


def _shapes(code: GlobalCode) -> dict[str, torch.Size]:
    return {name: values.shape for name, values in code.state_dict().items()}


def _own_layers(code: GlobalCode, *, of_its_kind: bool) -> tuple[str, ...]:
    """Beginnings of the names of what a code keeps of its own."""
    if not of_its_kind:
        return (_CODE,)
    layers = StatisticsCode.FORETELLING if isinstance(code, StatisticsCode) else ()
    return tuple(f"{_CODE}{layer}." for layer in layers)


def _fill(name: str, values: Tensor, kept: Tensor) -> None:
    if values.shape == kept.shape:
        values.copy_(kept)
    elif name.startswith("modulate"):
        # Scales, then shifts.
        for half, known in zip(values.chunk(2), kept.chunk(2), strict=True):
            half.zero_()[: len(known)] = known
    elif values.ndim == 1 or ".second." in name:
        values.zero_()
        values[tuple(slice(size) for size in kept.shape)] = kept
    else:
        # What is new hears what was there; what was there hears nothing new.
        outputs, inputs = kept.shape[:2]
        values[:outputs].zero_()
        values[:outputs, :inputs] = kept
