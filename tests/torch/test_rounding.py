"""A student that rounds paints what its exported graph computes with integers."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="torch is installed by make test-torch")

from torch import Tensor  # noqa: E402

from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE  # noqa: E402
from tests.torch.graphs import integer_convolutions  # noqa: E402
from training.code import LearntCode  # noqa: E402
from training.compiled import compiled  # noqa: E402
from training.export import export, read_student  # noqa: E402
from training.ranges import fit_ranges  # noqa: E402
from training.rounding import (  # noqa: E402
    KERNEL_LEVELS,
    Rounding,
    RoundingConv2d,
    set_rounding,
)
from training.student import ResidualBlock, Student  # noqa: E402

pytestmark = pytest.mark.torch
ONE_GREY_LEVEL = 2 / 255


def noise(height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width) * 2 - 1


@pytest.fixture(scope="module")
def thumbnail() -> Tensor:
    return torch.rand(THUMBNAIL_SHAPE) * 2 - 1


@pytest.fixture(scope="module")
def student(thumbnail: Tensor) -> Student:
    """Random, with ranges that fit."""
    torch.manual_seed(0)
    student = Student(LearntCode())
    for values in student.parameters():
        if values.ndim and not values.any():
            torch.nn.init.normal_(values, std=0.05)
    fit_ranges(student, noise(64, 64), thumbnail)
    return student.eval()


def missed_by_the_graph(
    student: Student, thumbnail: Tensor, image: Tensor, file: Path
) -> NDArray[np.float32]:
    """By how much the exported student's picture differs."""
    export(student, file)
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        wanted = student(image, thumbnail).numpy()
    feed = {"image": image.numpy(), "thumbnail": thumbnail.numpy()}
    missed: NDArray[np.float32] = np.abs(session.run(["painted"], feed)[0] - wanted)
    return missed


@pytest.mark.parametrize("size", [(64, 64), (8, 8), (16, 136), (200, 72)])
def test_the_graph_paints_what_the_network_paints(
    student: Student, thumbnail: Tensor, tmp_path: Path, size: tuple[int, int]
) -> None:
    missed = missed_by_the_graph(student, thumbnail, noise(*size), tmp_path / "student.onnx")
    # A value between two levels may be rounded either way.
    assert missed.mean() < ONE_GREY_LEVEL / 4
    assert missed.max() < 2 * ONE_GREY_LEVEL


def test_a_range_that_was_learnt_away_from_zero_holds_it_in_the_graph_too(
    student: Student, thumbnail: Tensor, tmp_path: Path
) -> None:
    student = copy.deepcopy(student)
    low, high = (student.get_parameter(f"body2.3.second.output.{end}") for end in ("low", "high"))
    low.data.fill_(high.item() / 4)
    missed = missed_by_the_graph(student, thumbnail, noise(64, 64), tmp_path / "student.onnx")
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
        assert isinstance(read[name], np.ndarray)
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


@pytest.mark.parametrize("begin", [0.5, 20.0])
def test_a_range_is_learnt(begin: float) -> None:
    """Too narrow, it cuts off; too wide, its steps are coarse."""
    rounding = Rounding(positive=False)
    rounding.rounds = True
    with torch.no_grad():
        rounding.low.fill_(-begin)
        rounding.high.fill_(begin)
    values = torch.linspace(-6, 6, 500)
    optimiser = torch.optim.Adam(rounding.parameters(), 0.1)

    def missed() -> Tensor:
        return (rounding(values) - values).square().mean()

    before = missed().item()
    for _ in range(400):
        optimiser.zero_grad()
        missed().backward()
        optimiser.step()
    assert missed().item() < before / 4
    assert (rounding.low.item(), rounding.high.item()) == pytest.approx((-6, 6), abs=0.5)


def test_a_range_of_what_is_never_negative_begins_at_zero() -> None:
    rounding = Rounding(positive=True)
    rounding.rounds = True
    rounding.high.data.fill_(2)
    rounding(torch.rand(50)).sum().backward()
    assert rounding.low.grad is None
    assert rounding.high.grad is not None


@pytest.mark.parametrize("ends", [(-0.37, 1.9), (0.2, 1.9), (-3.0, -1.0), (0.0, 0.0)])
def test_zero_is_a_level_of_its_own(ends: tuple[float, float]) -> None:
    rounding = Rounding(positive=False)
    rounding.rounds = True
    for end, value in zip((rounding.low, rounding.high), ends, strict=True):
        end.data.fill_(value)
    assert rounding(torch.zeros(1)) == 0


def test_gradients_pass_a_rounded_convolution() -> None:
    layer = RoundingConv2d(2, 3, 3)
    layer.output.low.data.fill_(-3)
    layer.output.high.data.fill_(3)
    set_rounding(layer, rounds=True)
    layer(torch.rand(1, 2, 8, 8)).square().mean().backward()
    assert layer.weight.grad is not None
    assert layer.weight.grad.abs().min() > 0


def ranges_of(student: Student) -> dict[str, float]:
    state = student.state_dict()
    return {name: state[name].item() for name in state if name.endswith((".low", ".high"))}


def test_ranges_are_narrowed_where_that_helps(
    student: Student, thumbnail: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    student = copy.deepcopy(student)
    image = noise(64, 64)
    # A place that is seldom reached.
    with torch.no_grad():
        student.get_parameter("body2.0.first.weight")[0] *= 20
    with monkeypatch.context() as watching:
        watching.setattr("training.ranges._SHARES", ())
        before, same = fit_ranges(student, image, thumbnail)
    watched = ranges_of(student)
    assert before == same
    before_again, after = fit_ranges(student, image, thumbnail)
    narrowed = ranges_of(student)
    assert before_again == before
    assert 0 < after < before
    assert all(abs(narrowed[name]) <= abs(watched[name]) for name in watched)
    assert sum(narrowed[name] != watched[name] for name in watched) > 3


@pytest.mark.skipif(not shutil.which("g++"), reason="there is no g++, so nothing is compiled")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch")
def test_what_is_compiled_learns_the_same() -> None:
    block = ResidualBlock(8)
    image = torch.rand(1, 8, 16, 16)
    block.first.output.high.data.fill_(1)
    block.second.output.low.data.fill_(-0.1)
    block.second.output.high.data.fill_(0.1)
    block.sum.high.data.fill_(0.8)
    set_rounding(block, rounds=True)
    gradients = []
    quick = compiled(ResidualBlock.forward)
    assert quick is not ResidualBlock.forward
    for call in (ResidualBlock.forward, quick):
        block.zero_grad()
        call(block, image).square().sum().backward()
        gradients.append([values.grad for values in block.parameters()])
    for mine, other in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, other, atol=1e-3, rtol=1e-3)
    assert block.second.weight.grad is not None
    assert block.second.weight.grad.any()
