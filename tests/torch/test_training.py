"""Labelling, training, export and measuring, small but real, cut and resumed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is installed by make test-torch")

from anime_inference.adapters.graphs.animegan2 import build_animegan2  # noqa: E402
from anime_shared.style import Upsampling  # noqa: E402
from tests.pictures import gradient  # noqa: E402
from tests.weights import npz_of, random_state_dict  # noqa: E402
from training.evaluate import evaluate  # noqa: E402
from training.export import export  # noqa: E402
from training.fidelity import measure  # noqa: E402
from training.label import label  # noqa: E402
from training.loop import Recipe  # noqa: E402
from training.losses import imitation_loss  # noqa: E402
from training.samples import VARIANTS, count_samples, samples, split_of  # noqa: E402
from training.student import THUMBNAIL_SIDE, Student  # noqa: E402
from training.teacher import OnnxTeacher, QuickTeacher  # noqa: E402
from training.train import averaged_student, begin_with, train  # noqa: E402

pytestmark = pytest.mark.torch
TINY = Recipe(steps=100, batch=2, crop=64, learning_rate=1e-3)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for index in range(12):
        random = np.random.default_rng(index)
        blocks = random.integers(0, 255, (5, 7, 3), np.uint8)
        picture = Image.fromarray(blocks).resize((112, 90), Image.Resampling.BICUBIC)
        picture.save(folder / f"photo_{index:02}.jpg")
    return folder


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> OnnxTeacher:
    file = tmp_path_factory.mktemp("teacher") / "teacher.onnx"
    graph = build_animegan2(random_state_dict(), Upsampling.ASYMMETRIC)
    file.write_bytes(graph.SerializeToString())
    return OnnxTeacher(file)


@pytest.fixture(scope="module")
def labels(photos: Path, teacher: OnnxTeacher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labels")
    *_, last = label(photos, folder, teacher, teacher)
    assert last == (count_samples(photos, folder), count_samples(photos, folder))
    return folder


def test_the_split_hangs_on_the_name_alone(photos: Path) -> None:
    splits = {file.name: split_of(file) for file in photos.iterdir()}
    assert set(splits.values()) == {"train", "holdout"}
    assert splits == {
        file.name: split_of(Path("/elsewhere") / file.name) for file in photos.iterdir()
    }


def test_labelling_goes_on_where_it_was_cut(
    photos: Path, teacher: OnnxTeacher, tmp_path: Path
) -> None:
    run = label(photos, tmp_path, teacher, teacher)
    for _ in range(3):
        next(run)
    del run
    done = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.label.png")}
    assert len(done) == 3
    assert not list(tmp_path.rglob("*.partial"))
    list(label(photos, tmp_path, teacher, teacher))
    assert all(file.stat().st_mtime_ns == written for file, written in done.items())
    assert len(list(tmp_path.rglob("*.label.png"))) == count_samples(photos, tmp_path)


def test_a_sample_is_a_pair_of_equal_size(photos: Path, labels: Path) -> None:
    shapes = set()
    for sample in samples(photos, labels, "train"):
        photo, painted = sample.read()
        assert photo.shape == painted.shape
        assert all(side % 8 == 0 for side in photo.shape[:2])
        shapes.add(photo.shape)
    # As it is, and enlarged to what a crop needs.
    assert shapes == {(88, 112, 3), (256, 312, 3)}


def test_variants_differ_and_are_always_the_same(photos: Path, labels: Path) -> None:
    name = next(samples(photos, labels, "train")).photo.name
    mine = [s for s in samples(photos, labels, "train") if s.photo.name == name]
    assert len(mine) == len(VARIANTS)
    # Of so small a photo, each part is all of it: some differ by chance only.
    assert len({sample.render().tobytes() for sample in mine}) > len(VARIANTS) / 2
    np.testing.assert_array_equal(mine[-1].render(), mine[-1].render())


def test_training_learns_and_a_cut_changes_nothing(
    photos: Path, labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.loop.SAVE_EVERY", 50)
    monkeypatch.setattr("training.loop.WARM_UP_STEPS", 10)
    whole = list(train(photos, labels, tmp_path / "whole.pt", TINY))
    assert [progress.step for progress in whole] == [50, 100]
    assert whole[1].loss < whole[0].loss
    cut = tmp_path / "cut.pt"
    run = train(photos, labels, cut, TINY)
    next(run)
    next(run)
    del run
    list(train(photos, labels, cut, TINY))
    for first, second in zip(
        averaged_student(tmp_path / "whole.pt").parameters(),
        averaged_student(cut).parameters(),
        strict=True,
    ):
        torch.testing.assert_close(first, second)
    with pytest.raises(ValueError, match="was trained by"):
        list(train(photos, labels, cut, dataclasses.replace(TINY, batch=3)))
    export(averaged_student(cut), tmp_path / "student.onnx")
    measured = list(evaluate(photos, labels, tmp_path / "student.onnx", tmp_path / "sheets"))
    assert len(measured) == len(list(samples(photos, labels, "holdout")))
    assert (tmp_path / "sheets" / "page_01.jpg").exists()


def test_nothing_labelled_is_an_error(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="run the label command first"):
        list(train(photos, tmp_path, tmp_path / "checkpoint.pt", TINY))


def test_the_loss_knows_better_from_worse() -> None:
    torch.manual_seed(0)
    wanted = torch.rand(1, 3, 64, 64) * 2 - 1
    near = imitation_loss(wanted + 0.01 * torch.randn_like(wanted), wanted)
    far = imitation_loss(wanted + 0.1 * torch.randn_like(wanted), wanted)
    blurred = imitation_loss(torch.nn.functional.avg_pool2d(wanted, 3, 1, 1), wanted)
    assert imitation_loss(wanted, wanted) == 0
    assert near < far < blurred


def test_fidelity_of_the_extremes() -> None:
    photo, teacher = gradient(64, 64), 255 - gradient(64, 64)
    nothing, perfect = measure(photo, photo, teacher), measure(photo, teacher, teacher)
    assert nothing.explained_change == pytest.approx(0)
    assert perfect.explained_change == pytest.approx(1)
    assert perfect.ssim == pytest.approx(1)
    assert perfect.edge_energy == pytest.approx(1)
    flat = measure(photo, np.full_like(photo, 128), teacher)
    assert flat.edge_energy == 0


def test_the_quick_teacher_paints_nearly_as_the_exact_one(
    teacher: OnnxTeacher, tmp_path: Path
) -> None:
    weights = tmp_path / "weights.npz"
    weights.write_bytes(npz_of(random_state_dict()))
    photo = gradient(96, 64)
    exact = teacher.paint(photo).astype(np.float32)
    quick = QuickTeacher(weights, Upsampling.ASYMMETRIC).paint(photo)
    assert np.sqrt(np.square(quick - exact).mean()) < 1


def test_a_student_begins_as_an_earlier_one_with_fewer_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = torch.rand(1, 3, 64, 64) * 2 - 1
    thumbnail = torch.rand(1, 3, THUMBNAIL_SIDE, THUMBNAIL_SIDE) * 2 - 1
    with monkeypatch.context() as earlier, torch.no_grad():
        earlier.setattr(Student, "BLOCKS", {2: 1, 4: 2, 8: 1})
        first = Student().eval()
        export(first, tmp_path / "first.onnx")
        wanted = first(image, thumbnail)
    with torch.no_grad():
        second = Student().eval()
        assert (second(image, thumbnail) - wanted).abs().max() > 0.05
        begin_with(second, tmp_path / "first.onnx")
        # As precisely as int8 keeps the weights.
        assert (second(image, thumbnail) - wanted).abs().max() < 0.02
