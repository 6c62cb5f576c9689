"""The portrait student: its graph, its reach, and its making from photos to figures."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from onnx import TensorProto, helper
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is installed by make test-torch")

from anime_inference.logic.faces.align import TEMPLATE  # noqa: E402
from anime_inference.logic.faces.face import Face  # noqa: E402
from training.pen import read_weights  # noqa: E402
from training.portrait.evaluate import evaluate, measure_portrait, regions  # noqa: E402
from training.portrait.export import export  # noqa: E402
from training.portrait.faces import find_all, listed  # noqa: E402
from training.portrait.label import (  # noqa: E402
    LISTING,
    label,
    label_file,
    read_labelled,
)
from training.portrait.losses import attention, portrait_loss  # noqa: E402
from training.portrait.student import PortraitStudent  # noqa: E402
from training.portrait.train import RECIPE, averaged_student, train  # noqa: E402
from training.portrait.variants import SIDE, render  # noqa: E402
from training.samples import Picture, split_of  # noqa: E402
from training.start import begin_with  # noqa: E402
from training.teacher import OnnxTeacher  # noqa: E402

pytestmark = pytest.mark.torch
ONE_GREY_LEVEL = 2 / 255
TINY = dataclasses.replace(RECIPE, steps=100, batch=2)
IN_CROP = (TEMPLATE * SIDE).astype(np.float32)
COUNT = 11


def one_face(rgb: Picture) -> list[Face]:
    """Where every test picture has its face, at any size of the picture."""
    side = rgb.shape[0] * 0.8
    points = (TEMPLATE * side + (side * 0.25, side * 0.1)).astype(np.float32)
    return [Face((0, 0, side, side), points, 0.9)]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for index in range(COUNT):
        blocks = np.random.default_rng(index).integers(0, 255, (9, 10, 3), np.uint8)
        picture = Image.fromarray(blocks).resize((140, 120), Image.Resampling.BICUBIC)
        picture.save(folder / f"photo_{index:02}.png")
    return folder


def inverting_teacher(file: Path, *, colours_last: bool) -> Path:
    """White becomes black; NHWC out, and in NHWC or NCHW, as the portrait teachers are."""
    node = helper.make_node
    nodes = [node("Neg", ["x"], ["y"])]
    if not colours_last:
        nodes = [node("Transpose", ["x"], ["t"], perm=[0, 2, 3, 1]), node("Neg", ["t"], ["y"])]
    last: list[int | str | None] = [1, "h", "w", 3]
    first: list[int | str | None] = [1, 3, "h", "w"]
    graph = helper.make_graph(
        nodes,
        "teacher",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, last if colours_last else first)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, last)],
    )
    imports = [helper.make_opsetid("", 18)]
    onnx.save(helper.make_model(graph, opset_imports=imports, ir_version=9), file)
    return file


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return inverting_teacher(tmp_path_factory.mktemp("teacher") / "t.onnx", colours_last=True)


@pytest.fixture(scope="module")
def work(photos: Path, teacher: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    assert len(list(find_all(photos, folder / LISTING, one_face))) == COUNT
    *_, last = label(photos, folder, teacher, variants=4)
    assert last == (COUNT, COUNT)
    return folder


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> PortraitStudent:
    """Random, as precise as it is exported."""
    torch.manual_seed(0)
    student = PortraitStudent().eval()
    file = tmp_path_factory.mktemp("student") / "student.onnx"
    export(student, file)
    kept = {name: torch.from_numpy(values) for name, values in read_weights(file).items()}
    begin_with(student, kept)
    return student


@pytest.mark.parametrize("size", [(256, 256), (16, 16), (32, 144), (208, 80)])
def test_the_graph_paints_what_the_network_paints(
    student: PortraitStudent, tmp_path: Path, size: tuple[int, int]
) -> None:
    export(student, tmp_path / "student.onnx")
    image = np.random.default_rng(size[1]).uniform(-1, 1, (1, 3, *size)).astype(np.float32)
    with torch.no_grad():
        wanted = student(torch.from_numpy(image)).numpy()
    session = ort.InferenceSession(tmp_path / "student.onnx", providers=["CPUExecutionProvider"])
    (painted,) = session.run(["painted"], {"image": image})
    assert np.abs(painted - wanted).max() < ONE_GREY_LEVEL / 10


def test_the_student_is_small_enough_to_be_committed(
    student: PortraitStudent, tmp_path: Path
) -> None:
    export(student, tmp_path / "student.onnx")
    assert (tmp_path / "student.onnx").stat().st_size <= 2_000_000


def test_a_pixel_sees_the_whole_face_and_no_further_than_it_says() -> None:
    image = torch.zeros(1, 3, 512, 512, requires_grad=True)
    generous = PortraitStudent()
    for values in generous.parameters():
        # All positive, so that no path is cut by a ReLU or cancelled by another.
        torch.nn.init.constant_(values, 0.01)
    painted = generous(image)
    painted[0, 0, 256, 256].backward()
    assert image.grad is not None
    places = image.grad.abs().sum((0, 1)).nonzero()
    reach = int((places - 256).abs().max())
    assert PortraitStudent.RECEPTIVE_RADIUS - 16 < reach <= PortraitStudent.RECEPTIVE_RADIUS
    assert reach > SIDE / 2


def test_the_original_is_the_face_as_the_product_cuts_it(photos: Path, work: Path) -> None:
    train_faces, _ = listed(photos, work / LISTING)
    crop, points = render(train_faces[0], 0, train_faces)
    assert crop.shape == (SIDE, SIDE, 3)
    np.testing.assert_allclose(points, IN_CROP, atol=0.01)


def test_variants_differ_but_are_the_same_every_time(photos: Path, work: Path) -> None:
    train_faces, _ = listed(photos, work / LISTING)
    first, points = render(train_faces[0], 1, train_faces)
    again, _ = render(train_faces[0], 1, train_faces)
    other, _ = render(train_faces[0], 2, train_faces)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 5
    assert ((points > 0) & (points < SIDE)).all()


def test_a_face_kept_out_is_no_training_face_under_another_name(
    photos: Path, tmp_path: Path
) -> None:
    for file in photos.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    kept_out = next(file for file in sorted(photos.iterdir()) if split_of(file) == "holdout")
    twin = tmp_path / "twin_0.png"
    assert split_of(twin) == "train"
    Image.open(kept_out).resize((280, 240)).save(twin)
    list(find_all(tmp_path, tmp_path / LISTING, one_face))
    train_faces, holdout = listed(tmp_path, tmp_path / LISTING)
    assert len(train_faces) + len(holdout) == COUNT
    assert twin not in {face.photo for face in train_faces}
    assert {face.split for face in train_faces} == {"train"}
    assert {face.split for face in holdout} == {"holdout"}


def test_a_face_that_the_border_cuts_is_left_out(tmp_path: Path) -> None:
    Image.new("RGB", (140, 120)).save(tmp_path / "photo.png")

    def at_the_border(rgb: Picture) -> list[Face]:
        (face,) = one_face(rgb)
        outside = face.landmarks - np.array([50, 0], np.float32)
        return [face, dataclasses.replace(face, landmarks=outside)]

    list(find_all(tmp_path, tmp_path / LISTING, at_the_border))
    train_faces, holdout = listed(tmp_path, tmp_path / LISTING)
    assert [face.number for face in train_faces + holdout] == [0]


@pytest.mark.parametrize("colours_last", [True, False])
def test_teachers_of_both_layouts(tmp_path: Path, *, colours_last: bool) -> None:
    crop = np.random.default_rng(0).integers(0, 256, (32, 48, 3), np.uint8)
    file = inverting_teacher(tmp_path / "teacher.onnx", colours_last=colours_last)
    np.testing.assert_array_equal(OnnxTeacher(file).label(crop).painted, 255 - crop)


def test_labelling_goes_on_where_it_was_cut(
    photos: Path, work: Path, teacher: Path, tmp_path: Path
) -> None:
    (tmp_path / LISTING).write_bytes((work / LISTING).read_bytes())
    run = label(photos, tmp_path, teacher, variants=2)
    for _ in range(3):
        next(run)
    del run
    done = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.npz")}
    assert len(done) == 3
    list(label(photos, tmp_path, teacher, variants=2))
    assert all(file.stat().st_mtime_ns == written for file, written in done.items())
    assert len(list(tmp_path.rglob("*.npz"))) == COUNT
    assert not list(tmp_path.rglob("*.partial"))


def test_faces_kept_out_are_labelled_as_they_are(photos: Path, work: Path) -> None:
    train_faces, holdout = listed(photos, work / LISTING)
    assert {len(read_labelled(label_file(work, face)).crops) for face in holdout} == {1}
    kept = read_labelled(label_file(work, train_faces[0]))
    assert kept.crops.shape == kept.labels.shape == (4, SIDE, SIDE, 3)
    np.testing.assert_array_equal(kept.labels, 255 - kept.crops)


def test_training_learns_and_a_cut_changes_nothing(
    photos: Path, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.loop.SAVE_EVERY", 50)
    monkeypatch.setattr("training.loop.WARM_UP_STEPS", 10)
    first, second = train(work, tmp_path / "whole.pt", TINY)
    assert second.loss < first.loss
    run = train(work, tmp_path / "cut.pt", TINY)
    next(run)
    next(run)
    del run
    list(train(work, tmp_path / "cut.pt", TINY))
    whole, cut = (averaged_student(tmp_path / name) for name in ("whole.pt", "cut.pt"))
    for a, b in zip(whole.parameters(), cut.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    export(cut, tmp_path / "student.onnx")
    measured = list(evaluate(photos, work, tmp_path / "student.onnx", tmp_path / "sheets"))
    assert [face for face, _ in measured] == listed(photos, work / LISTING)[1]
    assert len(list((tmp_path / "sheets").glob("*.png"))) == len(measured)
    assert all(one.face > 0.05 for _, one in measured)


def test_nothing_labelled_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="run the label command first"):
        next(train(tmp_path, tmp_path / "checkpoint.pt", TINY))


def test_eyes_and_mouth_count_most() -> None:
    weight = attention(IN_CROP[None], SIDE)[0, 0].numpy()
    assert weight.mean() == pytest.approx(1)

    def at(place: np.ndarray) -> float:
        return float(weight[int(place[1]), int(place[0])])

    corner, cheek = at(np.array([3, 3])), at(IN_CROP[2] + (45, 0))
    mouth, eye = at(IN_CROP[3:].mean(axis=0)), at(IN_CROP[0])
    assert corner < cheek < mouth < eye
    assert eye > 3 * cheek


def test_the_loss_cares_where_the_fault_is() -> None:
    weight = attention(IN_CROP[None], SIDE)
    wanted = torch.rand(1, 3, SIDE, SIDE)
    at_eye, at_corner = wanted.clone(), wanted.clone()
    x, y = (int(v) for v in IN_CROP[0])
    at_eye[..., y - 8 : y + 8, x - 8 : x + 8] += 0.5
    at_corner[..., 16:32, 16:32] += 0.5
    assert portrait_loss(wanted, wanted, weight) == 0
    assert portrait_loss(at_eye, wanted, weight) > 4 * portrait_loss(at_corner, wanted, weight)


def test_regions_lie_where_they_are_called() -> None:
    face, eyes, mouth = regions(IN_CROP, SIDE)
    assert eyes.sum() > mouth.sum() > 500
    assert not (eyes & mouth).any()
    assert (face & eyes).sum() > 0.95 * eyes.sum()
    for point, region in zip(IN_CROP, (eyes, eyes, face, mouth, mouth), strict=True):
        assert region[int(point[1]), int(point[0])]


def test_figures_of_the_extremes() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    teacher = 255 - photo
    nothing = measure_portrait(photo, photo, teacher, IN_CROP)
    assert (nothing.face, nothing.eyes, nothing.mouth) == (0, 0, 0)
    perfect = measure_portrait(photo, teacher, teacher, IN_CROP)
    assert (perfect.face, perfect.eyes, perfect.mouth) == (1, 1, 1)
    blind = teacher.copy()
    blind[regions(IN_CROP, SIDE)[1]] = 128
    without_eyes = measure_portrait(photo, blind, teacher, IN_CROP)
    assert without_eyes.mouth == 1
    assert without_eyes.eyes < 0.9 < without_eyes.face + 0.1
    assert without_eyes.eye_energy < 0.3
