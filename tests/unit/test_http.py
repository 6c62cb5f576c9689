"""The HTTP interface, over a real socket where that matters."""

from __future__ import annotations

import base64
import inspect
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from anime_inference.entry.http.accept import wanted_image_format, wants_image
from anime_inference.entry.http.app import create_app
from anime_inference.entry.http.schemas import PROBLEMS
from anime_inference.logic.pipeline import transform
from anime_inference.settings import Settings
from anime_shared import errors
from anime_shared.options import OutputFormat
from anime_shared.styles import DEFAULT_STYLE, STYLES
from tests.clips import clip_of, moving, seen
from tests.contract.test_unavailable import files_of_at_most
from tests.pictures import file_of, gradient, opened, png_bomb

URL = "/api/v1/transform"
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"))
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def image_field(data: bytes, name: str = "photo.png") -> dict[str, tuple[str, bytes]]:
    return {"image": (name, data)}


def test_json_answer(client: TestClient) -> None:
    answer = client.post(URL, files=image_field(file_of(gradient())))
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "success"
    assert body["style"] == "hayao"
    assert body["model"] == DEFAULT_STYLE.bundled.sha256  # type: ignore[union-attr]
    assert (body["width"], body["height"]) == (64, 48)
    assert set(body["timings"]) == {"decode", "detect", "stylise", "paste", "encode"}
    assert 0 < sum(body["timings"].values()) <= body["elapsed_time"] + 0.01
    head, _, encoded = body["result_base64"].partition(",")
    assert head == "data:image/jpeg;base64"
    assert opened(base64.b64decode(encoded)).size == (64, 48)


def test_a_clip_in_one_call(client: TestClient) -> None:
    data = clip_of(moving(3), "GIF", loop=0)
    body = client.post(URL, files=image_field(data), data={"faces": "off"}).json()
    assert (body["format"], body["frames"]) == ("gif", 3)
    assert 0.3 < body["painted_share"] <= 1
    head, _, encoded = body["result_base64"].partition(",")
    assert head == "data:image/gif;base64"
    assert len(seen(base64.b64decode(encoded)).frames) == 3
    answer = client.post(
        URL,
        files=image_field(data),
        data={"faces": "off", "animate": "false"},
        headers={"Accept": "image/*"},
    )
    assert (answer.headers["content-type"], answer.headers["anime-frames"]) == ("image/jpeg", "1")


def test_budgets_of_a_clip(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, max_frames=4, max_call_seconds=1e-3)
    with TestClient(create_app(settings)) as client:
        for count, code, limit in ((5, "clip-too-long", 4), (4, "clip-too-slow", 1e-3)):
            answer = client.post(URL, files=image_field(clip_of(moving(count), "GIF")))
            assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
            problem = answer.json()
            assert problem["type"] == f"urn:anime:problem:{code}"
            assert (problem["field"], problem["limit"]) == ("image", limit)
            assert not problem["retryable"]


@pytest.mark.parametrize(
    ("accept", "fmt", "media_type"),
    [
        ("image/*", "auto", "image/jpeg"),
        ("image/png", "auto", "image/png"),
        ("image/avif,image/webp;q=0.9,*/*;q=0.5", "auto", "image/avif"),
        ("image/*", "webp", "image/webp"),
    ],
)
def test_the_picture_itself(client: TestClient, accept: str, fmt: str, media_type: str) -> None:
    answer = client.post(
        URL,
        files=image_field(file_of(gradient())),
        data={"format": fmt},
        headers={"Accept": accept},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.headers["anime-style"] == "hayao"
    assert answer.headers["anime-size"] == "64x48"
    assert "stylise;dur=" in answer.headers["server-timing"]
    image = opened(answer.content)
    assert image.size == (64, 48)
    assert Image.MIME[image.format or ""] == media_type


def test_pages_may_read_every_header_of_a_picture(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, cors_origins="https://page.example")
    with TestClient(create_app(settings)) as client:
        headers = {"Accept": "image/*", "Origin": "https://page.example"}
        answer = client.post(URL, files=image_field(file_of(gradient())), headers=headers)
    ours = {name for name in answer.headers if name.startswith("anime-")}
    assert {"anime-frames", "anime-cost-usd"} <= ours
    exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert ours <= set(exposed)


def test_a_full_disk_is_not_the_clients_fault(client: TestClient) -> None:
    data = bytes(2 * 2**20)
    with files_of_at_most(2**19):
        answer = client.post(URL, files=image_field(data))
    assert (answer.status_code, answer.headers["content-type"]) == (503, PROBLEM)
    problem = answer.json()
    assert problem["type"] == "urn:anime:problem:storage-unavailable"
    assert problem["retryable"] is True
    assert int(answer.headers["retry-after"]) > 0
    assert client.post(URL, files=image_field(data)).status_code == 415


def test_options_arrive(client: TestClient) -> None:
    answer = client.post(
        URL,
        files=image_field(file_of(gradient())),
        data={
            "style": "hayao_64",
            "strength": "0",
            "format": "png",
            "max_side": "32",
            "unknown": "1",
        },
        headers={"Accept": "image/*"},
    )
    assert answer.headers["anime-style"] == "hayao"
    unchanged = Image.fromarray(gradient()).resize((32, 24), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(np.asarray(opened(answer.content)), np.asarray(unchanged))


@pytest.mark.parametrize(
    ("files", "data", "status", "code", "field", "says"),
    [
        (None, {}, 422, "invalid-field", "image", "required"),
        (b"", {}, 422, "empty-picture", "image", "empty"),
        (b"no picture", {}, 415, "not-a-picture", "image", "JPEG, PNG, WebP"),
        (file_of(gradient())[:90], {}, 422, "broken-picture", "image", "cut short"),
        (png_bomb(50_000, 50_000), {}, 413, "picture-too-large", "image", "the limit is 50.0"),
        (file_of(gradient()), {"style": "x"}, 422, "unknown-style", "style", "hayao"),
        (file_of(gradient()), {"style": "paprika"}, 409, "style-not-installed", "style", "pull"),
        (file_of(gradient()), {"strength": "7"}, 422, "invalid-field", "strength", "or equal to 1"),
        (file_of(gradient()), {"strength": "nan"}, 422, "invalid-field", "strength", "than"),
        (file_of(gradient()), {"keep_colors": "so"}, 422, "invalid-field", "keep_colors", "bool"),
        (file_of(gradient()), {"format": "bmp"}, 422, "invalid-field", "format", "'webp'"),
        (file_of(gradient()), {"quality": "0"}, 422, "invalid-field", "quality", "or equal to 1"),
        (file_of(gradient()), {"faces": "so"}, 422, "invalid-field", "faces", "'only'"),
        (file_of(gradient()), {"face_style": "x"}, 422, "unknown-style", "face_style", "hayao"),
        (file_of(gradient()), {"max_faces": "-1"}, 422, "invalid-field", "max_faces", "to 0"),
        (file_of(gradient()), {"max_side": "1"}, 422, "invalid-field", "max_side", "equal to 16"),
    ],
)
def test_bad_input_is_a_problem_that_names_the_field(
    client: TestClient,
    files: bytes | None,
    data: dict[str, str],
    status: int,
    code: str,
    field: str,
    says: str,
) -> None:
    start = time.perf_counter()
    answer = client.post(URL, files=None if files is None else image_field(files), data=data)
    assert time.perf_counter() - start < 0.5
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    problem = answer.json()
    assert problem["type"] == f"urn:anime:problem:{code}"
    assert problem["status"] == status
    assert problem["field"] == field
    assert says in problem["detail"]
    assert problem["retryable"] is False


def test_faces_in_the_answer(client: TestClient) -> None:
    photo = (Path(__file__).parents[2] / "docs/pictures/photo.jpg").read_bytes()
    body = client.post(URL, files=image_field(photo)).json()
    (face,) = body["faces"]
    assert face["treated"]
    assert face["reason"] is None
    assert len(face["box"]) == 4
    assert body["face_style"] == "cute"
    budgeted = client.post(URL, files=image_field(photo), data={"max_faces": "0"}).json()
    assert budgeted["faces"][0]["reason"] == "over_max_faces"
    assert budgeted["face_style"] is None
    off = client.post(
        URL, files=image_field(photo), data={"faces": "off"}, headers={"Accept": "image/*"}
    )
    assert off.headers["anime-faces"] == "found=0, treated=0"


def test_a_wrong_extension_does_not_matter(client: TestClient) -> None:
    answer = client.post(URL, files=image_field(file_of(gradient(), "WEBP"), "photo.txt"))
    assert answer.status_code == 200


def test_an_image_field_that_is_text(client: TestClient) -> None:
    answer = client.post(URL, data={"image": "text"})
    assert (answer.status_code, answer.json()["field"]) == (422, "image")


def test_unknown_paths_and_methods_are_problems(client: TestClient) -> None:
    for answer in (client.get("/nowhere"), client.get(URL)):
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json()["status"] == answer.status_code
    assert client.get(URL).headers["allow"] == "POST"


def test_styles(client: TestClient) -> None:
    styles = client.get("/api/v1/styles").json()
    assert [style["id"] for style in styles] == [style.id for style in STYLES]
    assert styles[0]["installed"]
    bundled = [style.id for style in STYLES if style.bundled]
    assert [style["id"] for style in styles if style["installed"]] == bundled
    assert "Non-commercial" in styles[0]["licence"]


def test_documentation(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert address.startswith("/"), "a page of ours asks nobody else for anything"
        assert client.get(address).status_code == 200
    operation = client.get("/openapi.json").json()["paths"][URL]["post"]
    assert set(operation["responses"]) >= {"200", "413", "415", "422", "503"}


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    deadline = time.monotonic() + 10
    while client.get("/readyz").status_code == 503 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert client.get("/readyz").json() == {"status": "ready"}


def test_not_ready_with_a_damaged_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from anime_inference.adapters import model_store

    monkeypatch.setattr(model_store, "_BUNDLED_FOLDER", tmp_path)
    (tmp_path / "hayao.onnx").write_bytes(b"damaged")
    with TestClient(create_app(Settings(result_cache=False))) as client:
        deadline = time.monotonic() + 10
        while "loaded" in client.get("/readyz").json()["detail"] and time.monotonic() < deadline:
            time.sleep(0.02)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "checksum is wrong" in answer.json()["detail"]
        assert client.get("/healthz").status_code == 200
        painted = client.post(URL, files=image_field(file_of(gradient())))
        assert painted.json()["type"] == "urn:anime:problem:model-corrupt"


def test_a_defect_tells_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from anime_inference.logic import studio

    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(studio, "transform", broken)
    answer = client.post(URL, files=image_field(file_of(gradient(11, 12))))
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:anime:problem:internal-error"
    assert "secret" not in answer.text


def test_a_full_waiting_line_is_busy() -> None:
    with TestClient(create_app(Settings(max_waiting=0, result_cache=False))) as client:
        big = file_of(gradient(1200, 1200), "JPEG")
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: client.post(URL, files=image_field(big)), range(6)))
    refused = [answer for answer in answers if answer.status_code == 503]
    assert any(answer.status_code == 200 for answer in answers)
    assert refused
    assert refused[0].json()["type"] == "urn:anime:problem:busy"
    assert refused[0].json()["retryable"] is True
    assert int(refused[0].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("accept", "image", "fmt"),
    [
        ("", False, "auto"),
        ("*/*", False, "auto"),
        ("application/json", False, "auto"),
        ("application/json, image/png;q=0.5", False, "png"),
        ("image/png;q=0.5, application/json", False, "png"),
        ("text/html,image/webp;q=2x", False, "auto"),
        ("image/gif", True, "gif"),
        ("image/bmp", True, "auto"),
        ("IMAGE/PNG", True, "png"),
        ("image/png;q=0, image/webp", True, "webp"),
    ],
)
def test_accept(accept: str, *, image: bool, fmt: str) -> None:
    assert wants_image(accept) == image
    assert wanted_image_format(accept) is OutputFormat(fmt)


def test_the_documentation_has_every_problem_that_a_photo_can_meet() -> None:
    logic = Path(inspect.getfile(transform)).parent
    # A job alone meets those of its own way.
    texts = [file.read_text() for file in logic.rglob("*.py") if file.name != "work.py"]
    raised = {name for text in texts for name in re.findall(r"raise ([A-Z]\w+)\(", text)}
    codes = {getattr(errors, name).code for name in raised if hasattr(errors, name)}
    assert {"not-a-picture", "clip-too-slow"} <= codes
    documented = " ".join(answer["description"] for answer in PROBLEMS.values())
    assert {code for code in codes if f"`{code}`" not in documented} == set()
