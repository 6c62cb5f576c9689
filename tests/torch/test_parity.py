"""The ONNX graphs paint what the PyTorch networks paint, to less than one grey level."""

from __future__ import annotations

import io
import json
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch", reason="torch is installed by make test-torch")

from anime_inference.adapters.graphs.animegan2 import build_animegan2  # noqa: E402
from anime_inference.adapters.state_dict import StateDict, read_state_dict  # noqa: E402
from anime_inference.logic.generator import Generators  # noqa: E402
from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE  # noqa: E402
from anime_shared.style import Upsampling  # noqa: E402
from anime_shared.styles import find_style  # noqa: E402
from tests.torch.graphs import integer_convolutions  # noqa: E402
from tests.weights import random_state_dict  # noqa: E402
from training.code import GlobalCode, LearntCode, StatisticsCode  # noqa: E402
from training.export import export, read_student  # noqa: E402
from training.generator import Generator  # noqa: E402
from training.portrait.student import PortraitStudent  # noqa: E402
from training.ranges import fit_ranges  # noqa: E402
from training.statistics import MOST  # noqa: E402
from training.student import Student  # noqa: E402

pytestmark = pytest.mark.torch
ONE_GREY_LEVEL = 2 / 255
SIZES = [(64, 64), (60, 100), (72, 124), (32, 8), (8, 200)]


def session(model: onnx.ModelProto | Path) -> ort.InferenceSession:
    data = model.read_bytes() if isinstance(model, Path) else model.SerializeToString()
    return ort.InferenceSession(data, providers=["CPUExecutionProvider"])


def reference(weights: StateDict, upsampling: Upsampling) -> Generator:
    generator = Generator(upsampling)
    state = {name: torch.from_numpy(values) for name, values in weights.items()}
    generator.load_state_dict(state, strict=True)
    return generator.eval()


def noise(height: int, width: int, planes: int = 3) -> np.ndarray:
    random = np.random.default_rng(height * 1000 + width)
    return random.uniform(-1, 1, (1, planes, height, width)).astype(np.float32)


def test_the_generator_has_the_published_size_and_names() -> None:
    generator = Generator(Upsampling.ALIGN_CORNERS)
    assert sum(values.numel() for values in generator.parameters()) == Generator.PARAMETERS
    shapes = Path(__file__).parents[1] / "data" / "animegan2_shapes.json"
    state = {name: list(values.shape) for name, values in generator.state_dict().items()}
    assert state == json.loads(shapes.read_text())


def some_negative(weights: StateDict) -> StateDict:
    """Gains of both signs in every third normalisation: those can't be folded."""
    gains = [name for name in weights if weights[name].ndim == 1 and name.endswith("weight")]
    signs = {name: np.where(np.arange(weights[name].size) % 5, 1, -1) for name in gains[::3]}
    return {
        name: (values * signs.get(name, 1)).astype(np.float32) for name, values in weights.items()
    }


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("upsampling", list(Upsampling))
@pytest.mark.parametrize("gains", ["positive", "mixed"])
def test_animegan2(gains: str, upsampling: Upsampling, size: tuple[int, int]) -> None:
    weights = random_state_dict() if gains == "positive" else some_negative(random_state_dict())
    image = noise(*size)
    with torch.no_grad():
        wanted = reference(weights, upsampling)(torch.from_numpy(image)).numpy()
    (painted,) = session(build_animegan2(weights, upsampling)).run(["painted"], {"image": image})
    assert painted.shape == wanted.shape == image.shape
    assert np.abs(painted - wanted).max() < ONE_GREY_LEVEL / 10


def test_the_upsampling_modes_differ() -> None:
    weights = random_state_dict()
    image = noise(64, 64)
    first, second = (
        session(build_animegan2(weights, mode)).run(None, {"image": image})[0]
        for mode in Upsampling
    )
    assert np.abs(first - second).max() > ONE_GREY_LEVEL


@pytest.mark.parametrize("new_format", [True, False])
def test_a_whole_state_dict_survives_the_restricted_reader(*, new_format: bool) -> None:
    state = Generator(Upsampling.ASYMMETRIC).state_dict()
    buffer = io.BytesIO()
    torch.save(state, buffer, _use_new_zipfile_serialization=new_format)
    found = read_state_dict(buffer.getvalue())
    assert found.keys() == state.keys()
    for name, values in state.items():
        np.testing.assert_array_equal(found[name], values.numpy())


@pytest.fixture(scope="module", params=[partial(StatisticsCode, 48), LearntCode])
def student(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Student:
    """Random, with modulation that does something, as precise as it is exported."""
    torch.manual_seed(0)
    student = Student(request.param()).eval()
    for values in student.parameters():
        if values.ndim and not values.any():
            torch.nn.init.normal_(values, std=0.05)
    file = tmp_path_factory.mktemp("student") / "student.onnx"
    export(student, file)
    kept = {name: torch.from_numpy(values) for name, values in read_student(file).items()}
    missing, unknown = student.load_state_dict(kept, strict=False)
    # It never rounded: it watched no ranges.
    assert not unknown
    assert all(name.endswith((".low", ".high")) for name in missing)
    return student


@pytest.mark.parametrize("size", [(64, 64), (8, 8), (16, 136), (200, 72)])
def test_student(student: Student, tmp_path: Path, size: tuple[int, int]) -> None:
    export(student, tmp_path / "student.onnx")
    image, thumbnail = noise(*size), noise(*THUMBNAIL_SHAPE[2:], planes=THUMBNAIL_SHAPE[1])
    with torch.no_grad():
        wanted = student(torch.from_numpy(image), torch.from_numpy(thumbnail)).numpy()
    feed = {"image": image, "thumbnail": thumbnail}
    (painted,) = session(tmp_path / "student.onnx").run(["painted"], feed)
    assert np.abs(painted - wanted).max() < ONE_GREY_LEVEL / 10


def test_the_reach_of_a_pixel_is_bounded_as_the_student_says() -> None:
    image = torch.zeros(1, 3, 512, 512, requires_grad=True)
    generous = Student(LearntCode())
    for values in generous.parameters():
        # All positive, so that no path is cut by a ReLU or cancelled by another.
        torch.nn.init.constant_(values, 0.01)
    painted = generous(image, torch.zeros(THUMBNAIL_SHAPE))
    painted[0, 0, 256, 256].backward()
    assert image.grad is not None
    places = image.grad.abs().sum((0, 1)).nonzero()
    reach = int((places - 256).abs().max())
    assert Student.RECEPTIVE_RADIUS - 16 < reach <= Student.RECEPTIVE_RADIUS


def test_tiles_overlap_as_far_as_the_students_reach(generators: Generators) -> None:
    for style, student in (("hayao", Student), ("cute", PortraitStudent)):
        assert generators.get(find_style(style)).cut.reach == student.RECEPTIVE_RADIUS


@pytest.mark.parametrize(
    ("style", "code"), [("hayao", StatisticsCode(48)), ("shinkai", StatisticsCode(MOST))]
)
def test_the_committed_students_are_of_this_network(
    style: str, code: GlobalCode, tmp_path: Path
) -> None:
    bundled = find_style(style).bundled
    assert bundled is not None
    from anime_inference.adapters.model_store import _BUNDLED_FOLDER

    student = Student(code)
    fit_ranges(student, torch.from_numpy(noise(64, 64)), torch.zeros(THUMBNAIL_SHAPE))
    export(student, tmp_path / "student.onnx")
    fresh = onnx.load(tmp_path / "student.onnx").graph
    committed = onnx.load(_BUNDLED_FOLDER / bundled.file_name).graph
    assert [node.SerializeToString() for node in committed.node] == [
        node.SerializeToString() for node in fresh.node
    ]
    assert integer_convolutions(_BUNDLED_FOLDER / bundled.file_name) > 30
