"""Labelling, training, export and measuring, small but real, cut and resumed."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
from PIL import Image

torch = pytest.importorskip("torch", reason="torch is installed by make test-torch")

from anime_inference.adapters.graphs.animegan2 import build_animegan2  # noqa: E402
from anime_inference.adapters.graphs.pen import NORMALISATIONS  # noqa: E402
from anime_inference.logic.thumbnail import THUMBNAIL_SHAPE  # noqa: E402
from anime_shared.style import Upsampling  # noqa: E402
from tests.pictures import gradient  # noqa: E402
from tests.torch.graphs import integer_convolutions  # noqa: E402
from tests.weights import npz_of, random_state_dict  # noqa: E402
from training.code import GlobalCode, LearntCode, StatisticsCode  # noqa: E402
from training.crops import Crops  # noqa: E402
from training.evaluate import evaluate  # noqa: E402
from training.export import export  # noqa: E402
from training.fidelity import measure  # noqa: E402
from training.foretell import Foretelling, foretelling, foretold  # noqa: E402
from training.label import label  # noqa: E402
from training.loop import Progress, Recipe  # noqa: E402
from training.losses import imitation_loss  # noqa: E402
from training.samples import VARIANTS, count_samples, samples, split_of  # noqa: E402
from training.start import begin_with, code_to_start_with, weights_to_start_with  # noqa: E402
from training.statistics import MOST, Scale  # noqa: E402
from training.student import Student  # noqa: E402
from training.teacher import OnnxTeacher  # noqa: E402
from training.train import averaged_student, train  # noqa: E402

pytestmark = pytest.mark.torch
# Of AnimeGANv2: mean and deviation of each normalisation.
STATISTICS = 2 * NORMALISATIONS
TINY = Recipe(steps=100, batch=2, crop=64, learning_rate=1e-3)
TINY_CODE = Recipe(steps=50, batch=4, learning_rate=1e-3)


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
    """It tells its statistics."""
    file = tmp_path_factory.mktemp("teacher") / "weights.npz"
    file.write_bytes(npz_of(random_state_dict()))
    return OnnxTeacher(file)


@pytest.fixture(scope="module")
def silent_teacher(tmp_path_factory: pytest.TempPathFactory) -> OnnxTeacher:
    """It paints the same, and tells nothing."""
    graph = build_animegan2(random_state_dict(), Upsampling.ASYMMETRIC)
    del graph.graph.output[1]
    file = tmp_path_factory.mktemp("teacher") / "teacher.onnx"
    file.write_bytes(graph.SerializeToString())
    return OnnxTeacher(file)


@pytest.fixture(scope="module")
def labels(photos: Path, teacher: OnnxTeacher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labels")
    *_, last = label(photos, folder, teacher)
    assert last == (count_samples(photos, folder), count_samples(photos, folder))
    return folder


@pytest.fixture(scope="module")
def silent_labels(labels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("silent") / "labels"
    shutil.copytree(labels, folder, ignore=shutil.ignore_patterns("*.npy"))
    return folder


def _statistics_code() -> StatisticsCode:
    return StatisticsCode(STATISTICS)


def test_the_split_hangs_on_the_name_alone(photos: Path) -> None:
    splits = {file.name: split_of(file) for file in photos.iterdir()}
    assert set(splits.values()) == {"train", "holdout"}
    assert splits == {
        file.name: split_of(Path("/elsewhere") / file.name) for file in photos.iterdir()
    }


def test_labelling_goes_on_where_it_was_cut(
    photos: Path, teacher: OnnxTeacher, tmp_path: Path
) -> None:
    run = label(photos, tmp_path, teacher)
    for _ in range(3):
        next(run)
    del run
    done = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.label.png")}
    assert len(done) == 3
    assert not list(tmp_path.rglob("*.partial"))
    list(label(photos, tmp_path, teacher))
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


@pytest.mark.parametrize(("kind", "before"), [(StatisticsCode, [50]), (LearntCode, [])])
def test_training_learns_and_a_cut_changes_nothing(
    kind: type[GlobalCode],
    before: list[int],
    photos: Path,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a teacher that tells its statistics, and with one that doesn't."""
    monkeypatch.setattr("training.loop.SAVE_EVERY", 50)
    monkeypatch.setattr("training.loop.WARM_UP_STEPS", 10)
    # It takes longer than so few steps.
    monkeypatch.setattr("training.train.compiled", lambda paint: paint)
    labels = request.getfixturevalue("labels" if kind is StatisticsCode else "silent_labels")

    def run(file: Path, recipe: Recipe = TINY) -> Iterator[Progress]:
        file.parent.mkdir(exist_ok=True)
        return train(photos, labels, file, recipe, code_recipe=TINY_CODE)

    whole, cut = tmp_path / "whole" / "student.pt", tmp_path / "cut" / "student.pt"
    progress = list(run(whole))
    assert [one.step for one in progress] == [*before, 50, 100]
    assert progress[-1].loss < progress[-2].loss
    begun = run(cut)
    for _ in range(len(before) + 2):
        next(begun)
    del begun
    assert [one.step for one in run(cut)] == [100]
    first, second = averaged_student(whole), averaged_student(cut)
    assert isinstance(first.code, kind)
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        torch.testing.assert_close(one, other)
    with pytest.raises(ValueError, match="was trained by"):
        list(run(cut, dataclasses.replace(TINY, batch=3)))
    rounded = dataclasses.replace(TINY, steps=10, learning_rate=1e-4, rounds=True)
    monkeypatch.setattr("training.train._FITTED_CROPS", 1)
    list(train(photos, labels, tmp_path / "whole" / "rounded.pt", rounded, whole, TINY_CODE))
    export(averaged_student(tmp_path / "whole" / "rounded.pt"), tmp_path / "student.onnx")
    assert integer_convolutions(tmp_path / "student.onnx") > 30
    measured = list(evaluate(photos, labels, tmp_path / "student.onnx", tmp_path / "sheets"))
    assert len(measured) == len(list(samples(photos, labels, "holdout")))
    assert (tmp_path / "sheets" / "page_01.jpg").exists()


def test_a_teacher_may_tell_what_its_normalisations_saw(
    teacher: OnnxTeacher, silent_teacher: OnnxTeacher
) -> None:
    photo = gradient(96, 64)
    told, silent = teacher.label(photo), silent_teacher.label(photo)
    np.testing.assert_array_equal(told.painted, silent.painted)
    assert silent.statistics is None
    assert told.statistics is not None
    assert told.statistics.shape == (STATISTICS,)
    assert told.statistics.dtype == np.float32


def test_a_published_graph_tells_its_averages(tmp_path: Path) -> None:
    """Of a plane, and of its squares, as normalisations take them."""
    graph = onnx.parser.parse_graph(
        "published (float[1, 3, H, W] image) => (float[1, 3, H, W] painted) {"
        " average = GlobalAveragePool(image)"
        " centred = Sub(image, average)"
        " squares = Mul(centred, centred)"
        " variance = GlobalAveragePool(squares)"
        " painted = Identity(image)"
        "}"
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    (tmp_path / "teacher.onnx").write_bytes(
        onnx.helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    )
    photo = gradient(64, 96)
    told = OnnxTeacher(tmp_path / "teacher.onnx").label(photo)
    np.testing.assert_array_equal(told.painted, photo)
    level = photo / 127.5 - 1
    wanted = np.concatenate((level.mean(axis=(0, 1)), np.log(level.var(axis=(0, 1)))))
    assert told.statistics is not None
    np.testing.assert_allclose(told.statistics, wanted, atol=1e-4)


def test_statistics_become_numbers_of_one_size_and_lose_no_difference() -> None:
    random = np.random.default_rng(0)
    measured = random.normal(3, 5, (200, 8)) * (1e-3, 1, 10, 1e3, 1, 2, 3, 4)
    values = Scale.of(measured.astype(np.float32)).standardised(measured.astype(np.float32))
    assert values.shape == (200, 8)
    assert values.mean(dim=0).abs().max() < 1e-4
    torch.testing.assert_close(values.std(dim=0, unbiased=False), torch.ones(8))
    assert len(values.unique(dim=0)) == 200


def test_a_statistic_that_never_differs_is_no_trouble() -> None:
    same = np.ones((5, 2 * MOST), np.float32)
    for measured in (same, same[:, :4]):
        assert not Scale.of(measured).standardised(measured).any()


def test_of_many_statistics_those_that_matter_are_kept() -> None:
    random = np.random.default_rng(0)
    causes = random.normal(size=(300, 5)) * (8, 4, 2, 1, 0.5)
    effects = causes @ random.normal(size=(5, 10 * MOST)) + 7
    measured = effects.astype(np.float32)
    values = Scale.of(measured).standardised(measured)
    assert values.shape == (300, MOST)
    assert values.mean(dim=0).abs().max() < 1e-2
    assert values.square().mean() == pytest.approx(1, rel=1e-3)
    # Five causes make all that differs.
    assert values[:, 5:].abs().max() < 1e-2
    distances = torch.cdist(values, values)
    exact = torch.from_numpy((effects - effects.mean(axis=0)) / effects.std(axis=0)).float()
    torch.testing.assert_close(
        distances / distances.max(),
        torch.cdist(exact, exact) / torch.cdist(exact, exact).max(),
        atol=1e-3,
        rtol=0,
    )


def test_a_code_learns_to_foretell(photos: Path, labels: Path, tmp_path: Path) -> None:
    labelled = list(samples(photos, labels, "train"))
    measured = [known for s in labelled if (known := s.read_statistics()) is not None]
    thumbnails = Crops(labelled, 64).thumbnails
    recipe = Recipe(steps=300, batch=4, learning_rate=2e-3)
    run = foretelling(labelled, measured, thumbnails, tmp_path / "code.pt", recipe)
    told = _result_of(run)
    assert told.statistics.shape == (len(labelled), STATISTICS)
    # Some samples are kept from it, all variants of a photo together.
    assert 0 < len(told.misses) < len(labelled)
    assert len(told.misses) % len(VARIANTS) == 0
    wrong = (foretold(told.code, thumbnails) - told.statistics).square().mean()
    # To know nothing is to be wrong by 1.
    assert wrong < 0.8


def test_what_another_code_sees_is_read_anew(photos: Path, labels: Path, tmp_path: Path) -> None:
    labelled = list(samples(photos, labels, "train"))
    measured = [known for s in labelled if (known := s.read_statistics()) is not None]
    thumbnails = Crops(labelled, 64).thumbnails
    other = StatisticsCode(7)
    checkpoint = tmp_path / "code.pt"
    run = foretelling(labelled, measured, thumbnails, checkpoint, TINY_CODE, other)
    assert not checkpoint.exists()
    told = _result_of(run)
    for mine, others in zip(
        told.code.convolutions.parameters(), other.convolutions.parameters(), strict=True
    ):
        torch.testing.assert_close(mine, others)
    wrong = (foretold(told.code, thumbnails) - told.statistics).square().mean()
    assert wrong < 0.4
    assert len(told.misses) % len(VARIANTS) == 0


def test_a_code_to_start_with_is_one_that_foretells(tmp_path: Path) -> None:
    taught = StatisticsCode(STATISTICS)
    export(Student(taught), tmp_path / "first.onnx")
    code = code_to_start_with(weights_to_start_with(tmp_path / "first.onnx"))
    assert code is not None
    thumbnail = torch.rand(THUMBNAIL_SHAPE) * 2 - 1
    with torch.no_grad():
        missed = code.see(thumbnail) - taught.see(thumbnail)
    assert missed.abs().max() < 0.05
    export(Student(LearntCode()), tmp_path / "silent.onnx")
    assert code_to_start_with(weights_to_start_with(tmp_path / "silent.onnx")) is None


def test_a_code_is_taught_as_wrong_as_it_will_be_foretold() -> None:
    code = StatisticsCode(STATISTICS).eval()
    true = torch.randn(5, STATISTICS)
    indices = np.array([3, 1])
    exact = Foretelling(code, true, torch.zeros(1, STATISTICS))
    torch.testing.assert_close(
        exact.codes(indices, np.random.default_rng(0)), code.code_of(true[indices])
    )
    missed = torch.full((1, STATISTICS), 0.5)
    wrong = Foretelling(code, true, missed).codes(indices, np.random.default_rng(0))
    torch.testing.assert_close(wrong, code.code_of(true[indices] + 0.5))


def _result_of(run: Generator[Progress, None, Foretelling]) -> Foretelling:
    try:
        while True:
            next(run)
    except StopIteration as end:
        result: Foretelling = end.value
        return result


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


@pytest.mark.parametrize("kind", [_statistics_code, LearntCode])
def test_a_student_begins_as_an_earlier_one_with_fewer_blocks_and_channels(
    kind: Callable[[], GlobalCode], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = torch.rand(1, 3, 64, 64) * 2 - 1
    thumbnail = torch.rand(THUMBNAIL_SHAPE) * 2 - 1
    code = kind().eval()
    with monkeypatch.context() as earlier, torch.no_grad():
        earlier.setattr(Student, "BLOCKS", {2: 1, 4: 2, 8: 1})
        earlier.setattr(Student, "WIDTHS", {2: 24, 4: 40, 8: 56})
        first = Student(code).eval()
        for values in first.parameters():
            if values.ndim and not values.any():
                torch.nn.init.normal_(values, std=0.02)
        export(first, tmp_path / "first.onnx")
        wanted = first(image, thumbnail)
    with torch.no_grad():
        # A code that foretells is learnt before, and is not taken over.
        second = Student(LearntCode() if kind is LearntCode else code).eval()
        assert (second(image, thumbnail) - wanted).abs().max() > 0.05
        begin_with(second, weights_to_start_with(tmp_path / "first.onnx"))
        # As precisely as int8 keeps the weights.
        assert (second(image, thumbnail) - wanted).abs().max() < 0.02


def test_a_code_of_another_kind_is_not_taken_over(tmp_path: Path) -> None:
    with torch.no_grad():
        export(Student(LearntCode()), tmp_path / "first.onnx")
        second = Student(StatisticsCode(STATISTICS))
        before = {name: values.clone() for name, values in second.code.state_dict().items()}
        stem = second.stem.weight.clone()
        begin_with(second, weights_to_start_with(tmp_path / "first.onnx"))
    assert (second.stem.weight != stem).any()
    for name, values in second.code.state_dict().items():
        torch.testing.assert_close(values, before[name])


def test_what_is_made_of_statistics_is_taken_over_and_not_how_they_are_foretold(
    tmp_path: Path,
) -> None:
    with torch.no_grad():
        first, second = Student(StatisticsCode(STATISTICS)), Student(StatisticsCode(STATISTICS))
        export(first, tmp_path / "first.onnx")
        before = {name: values.clone() for name, values in second.state_dict().items()}
        begin_with(second, weights_to_start_with(tmp_path / "first.onnx"))
    wanted, after = first.state_dict(), second.state_dict()
    torch.testing.assert_close(after["code.gather.weight"], before["code.gather.weight"])
    # Linear layers are kept as float16.
    name = "code.hidden.weight"
    torch.testing.assert_close(after[name], wanted[name], atol=1e-3, rtol=0)
