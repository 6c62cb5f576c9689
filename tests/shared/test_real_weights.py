"""Real weights and photos, where the shared folder is present."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from typer.testing import CliRunner

from anime_inference.adapters.engine import EngineOptions
from anime_inference.adapters.install import install_from_folder
from anime_inference.adapters.model_store import ModelStore
from anime_inference.adapters.onnx_runtime import LoadedGenerators
from anime_inference.composition import limits_of, load_models
from anime_inference.logic.decode import decode
from anime_inference.logic.generator import Generators, Models
from anime_inference.logic.memory import Memory
from anime_inference.logic.pipeline import transform
from anime_inference.logic.stylise import paint as paint_whole
from anime_inference.logic.stylise import plan
from anime_inference.settings import Settings
from anime_local.cli import app
from anime_shared.options import OutputFormat, TransformOptions
from anime_shared.styles import DEFAULT_STYLE, find_style
from bench.contact_sheet import before_and_after
from tests.pictures import opened
from training.fidelity import mean, measure
from training.samples import Picture, Sample, find_photos

pytestmark = pytest.mark.shared
FULL = find_style("hayao_full")


@pytest.fixture(scope="module")
def full(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Generators:
    store = ModelStore(tmp_path_factory.mktemp("models"))
    install_from_folder(FULL, store, shared / "models" / "animegan2")
    return LoadedGenerators(store, EngineOptions())


@pytest.fixture(scope="module")
def held_out(shared: Path) -> list[Picture]:
    photos = find_photos(shared / "photos", "holdout")
    return [Sample(photo, "native", Path()).render() for photo in photos[::10]]


def paint(generators: Generators, style_id: str, photo: Picture) -> Picture:
    generator = generators.get(find_style(style_id))
    return paint_whole(photo, generator, Memory(2**32))


def test_pull_from_the_folder_by_the_command_line(shared: Path) -> None:
    folder = shared / "models" / "animegan2"
    pulled = CliRunner().invoke(app, ["models", "pull", "hayao_full", "--from", str(folder)])
    assert pulled.exit_code == 0, pulled.stderr
    assert "Non-commercial" in pulled.stderr
    verified = CliRunner().invoke(app, ["models", "verify"])
    assert "hayao_full: ok" in verified.stderr


def test_the_face_pack_is_installed_verified_and_used(shared: Path, own_model_folder: Path) -> None:
    pack = shared / "models" / "faces" / "yunet_insightface"
    pulled = CliRunner().invoke(app, ["models", "pull", "faces", "--from", str(pack)])
    assert pulled.exit_code == 0, pulled.stderr
    assert "faces: ok" in CliRunner().invoke(app, ["models", "verify"]).stderr
    models = load_models(Settings())
    assert models.detectors.get().name == "insightface"
    photo = (Path(__file__).parents[2] / "docs/pictures/photo.jpg").read_bytes()
    result = transform(photo, TransformOptions(), limits_of(Settings()), models)
    assert [face.treated for face in result.faces] == [True]
    (own_model_folder / "faces" / "det.onnx").write_bytes(b"damaged")
    damaged = CliRunner().invoke(app, ["models", "verify"])
    assert damaged.exit_code == 1
    assert "faces/det.onnx" in damaged.stderr


def test_the_full_model_is_the_reference_graph(
    shared: Path, full: Generators, held_out: list[Picture]
) -> None:
    reference = ort.InferenceSession(
        str(shared / "models" / "animegan2" / "hayao.onnx"), providers=["CPUExecutionProvider"]
    )
    photo = held_out[0][:160, :192]
    tensor = photo.astype(np.float32).transpose(2, 0, 1)[None] / 127.5 - 1
    wanted = (reference.run(None, {"input": tensor})[0][0].transpose(1, 2, 0) + 1) * 127.5
    assert np.abs(paint(full, FULL.id, photo) - wanted).max() <= 1


def test_tiles_of_the_full_model_have_no_seams_and_nearly_its_colours(
    full: Generators, shared: Path
) -> None:
    photo = decode(
        (shared / "photos" / "scenery_008.jpg").read_bytes(), limits_of(Settings()).decode
    )
    rgb = photo.rgb[200:640, 300:800]
    generator = full.get(FULL)
    memory = Memory(288 * 288 * generator.bytes_per_pixel)
    tiles = plan(440, 500, generator, memory)
    assert len(tiles) == 6
    tiled = paint_whole(rgb, generator, memory).astype(int)
    difference = tiled - paint_whole(rgb, generator, Memory(2**32))
    assert np.abs(difference).mean() < 4
    for axis, count in ((0, 1), (1, 2)):
        steps = np.abs(np.diff(difference, axis=axis)).mean((1 - axis, 2))
        seams = {(tile.rows, tile.columns)[axis].first for tile in tiles} - {0}
        assert len(seams) == count
        assert all(steps[seam - 1] < 1.5 * np.median(steps) for seam in seams)


def test_the_bundled_student_paints_like_its_teacher(
    full: Generators, generators: Generators, held_out: list[Picture]
) -> None:
    assert len(held_out) >= 8
    fidelity = mean(
        [
            measure(photo, paint(generators, DEFAULT_STYLE.id, photo), paint(full, FULL.id, photo))
            for photo in held_out
        ]
    )
    assert fidelity.psnr >= 25
    assert fidelity.explained_change >= 0.75
    assert 0.75 <= fidelity.edge_energy <= 1.15


def test_real_photos_of_every_kind(shared: Path, models: Models) -> None:
    photos = sorted((shared / "photos").iterdir())[::40]
    options = TransformOptions(format=OutputFormat.JPEG)
    for photo in photos:
        result = transform(photo.read_bytes(), options, limits_of(Settings()), models)
        assert opened(result.data).size == (result.width, result.height)


def test_no_seam_shows_on_real_faces(shared: Path, models: Models) -> None:
    seams: list[tuple[float, str]] = []
    for photo in sorted((shared / "photos").glob("face_*"))[::9]:
        before_and_after(photo, models, seams, Counter())
    assert len(seams) >= 15
    assert max(seams)[0] < 1.6
