"""A student that rounds paints what its exported graph computes with integers."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch", reason="torch is installed by make test-torch")

from torch import Tensor  # noqa: E402

from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE  # noqa: E402
from tests.torch.graphs import integer_convolutions  # noqa: E402
from training.code import LearntCode  # noqa: E402
from training.export import export, read_student  # noqa: E402
from training.ranges import fit_ranges  # noqa: E402
from training.rounding import (  # noqa: E402
    ACTIVATION_LEVELS,
    KERNEL_LEVELS,
    Rounding,
    RoundingConv2d,
    grid,
    set_rounding,
)
from training.student import Student  # noqa: E402

pytestmark = pytest.mark.torch
ONE_GREY_LEVEL = 2 / 255


def noise(height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width) * 2 - 1


@pytest.fixture(scope="module")
def thumbnail() -> Tensor:
    return torch.rand(THUMBNAIL_SHAPE) * 2 - 1


@pytest.fixture(scope="module")
def student(thumbnail: Tensor) -> Student:
    """Random, with ranges that it watched."""
    torch.manual_seed(0)
    student = Student(LearntCode())
    for values in student.parameters():
        if not values.any():
            torch.nn.init.normal_(values, std=0.05)
    set_rounding(student, rounds=True)
    with torch.no_grad():
        for _ in range(3):
            student(noise(64, 64), thumbnail)
    return student.eval()


@pytest.mark.parametrize("size", [(64, 64), (8, 8), (16, 136), (200, 72)])
def test_the_graph_paints_what_the_network_paints(
    student: Student, thumbnail: Tensor, tmp_path: Path, size: tuple[int, int]
) -> None:
    export(student, tmp_path / "student.onnx")
    session = ort.InferenceSession(tmp_path / "student.onnx", providers=["CPUExecutionProvider"])
    image = noise(*size)
    with torch.no_grad():
        wanted = student(image, thumbnail).numpy()
    feed = {"image": image.numpy(), "thumbnail": thumbnail.numpy()}
    missed = np.abs(session.run(["painted"], feed)[0] - wanted)
    # A value between two levels may be rounded either way.
    assert missed.mean() < ONE_GREY_LEVEL / 4
    assert missed.max() < 2 * ONE_GREY_LEVEL


def test_the_engine_computes_with_integers(student: Student, tmp_path: Path) -> None:
    export(student, tmp_path / "student.onnx")
    layers = [part for part in student.modules() if isinstance(part, RoundingConv2d)]
    rounded = [layer for layer in layers if not layer.exact]
    assert len(rounded) > 30
    # Only what sees the photo itself is computed in float32, and what paints.
    assert len(layers) - len(rounded) == 1
    assert integer_convolutions(tmp_path / "student.onnx") == len(rounded)


def test_a_student_that_never_rounded_is_computed_in_float32(tmp_path: Path) -> None:
    export(Student(LearntCode()), tmp_path / "student.onnx")
    assert integer_convolutions(tmp_path / "student.onnx") == 0


def test_an_exported_student_is_read_back(student: Student, tmp_path: Path) -> None:
    export(student, tmp_path / "student.onnx")
    read = read_student(tmp_path / "student.onnx")
    assert read.keys() == student.state_dict().keys()
    for name, values in student.state_dict().items():
        step = np.abs(values.numpy()).max() / KERNEL_LEVELS
        np.testing.assert_allclose(read[name], values.numpy(), atol=step, err_msg=name)
    for name in ("up4.weight", "head.weight", "stem.weight"):
        # Not only near: the channels are in their places.
        wanted = student.state_dict()[name].numpy().ravel()
        assert np.corrcoef(read[name].ravel(), wanted)[0, 1] > 0.99, name


def test_kernels_have_seven_bits(student: Student, tmp_path: Path) -> None:
    export(student, tmp_path / "student.onnx")
    kernels = [
        onnx.numpy_helper.to_array(kept)
        for kept in onnx.load(tmp_path / "student.onnx").graph.initializer
        if kept.name.startswith("body") and kept.name.endswith(".weight")
    ]
    assert kernels
    assert all(values.dtype == np.int8 for values in kernels)
    assert max(np.abs(values.astype(int)).max() for values in kernels) == KERNEL_LEVELS


def test_a_range_follows_what_passes_and_holds_zero() -> None:
    rounding = Rounding()
    values = torch.linspace(2, 6, 50)
    torch.testing.assert_close(rounding(values), values)
    assert rounding.low == rounding.high == 0
    rounding.rounds = True
    rounded = rounding(values)
    assert (rounding.low, rounding.high) == (0, 6)
    assert 0 < (rounded - values).abs().max() <= 6 / ACTIVATION_LEVELS / 2 + 1e-6
    rounding(values - 8)
    assert rounding.low < 0
    assert 5 < rounding.high < 6
    before = rounding.high.clone()
    rounding.eval()(values * 10)
    assert rounding.high == before


def test_zero_is_a_level_of_its_own() -> None:
    scale, zero_point = grid(torch.tensor(-0.37), torch.tensor(1.9))
    zero = torch.zeros(1)
    assert torch.fake_quantize_per_tensor_affine(zero, scale, zero_point, 0, 255) == 0


def test_gradients_pass_a_rounded_convolution() -> None:
    layer = RoundingConv2d(2, 3, 3)
    set_rounding(layer, rounds=True)
    layer(torch.rand(1, 2, 8, 8)).square().mean().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.abs().min() > 0


def test_ranges_are_narrowed_where_that_helps(student: Student, thumbnail: Tensor) -> None:
    student = copy.deepcopy(student)
    for values in student.buffers():
        values.mul_(3)
    watched = {name: values.clone() for name, values in student.named_buffers()}
    before, after = fit_ranges(student, noise(64, 64), thumbnail)
    assert 0 < after < before / 2
    for name, values in student.named_buffers():
        assert values.abs() <= watched[name].abs()
    narrowed = [name for name, values in student.named_buffers() if values != watched[name]]
    assert len(narrowed) > 10
    # Again it finds nothing, or little.
    again, _ = fit_ranges(student, noise(64, 64), thumbnail)
    assert again < before
