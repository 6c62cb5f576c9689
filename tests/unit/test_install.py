"""Installing a style from a real server that serves, cuts, corrupts and lies; and from a folder."""

from __future__ import annotations

import contextlib
import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from anime_inference.adapters import download
from anime_inference.adapters.engine import EngineOptions
from anime_inference.adapters.install import install_from_folder, install_from_web
from anime_inference.adapters.model_store import ModelStore
from anime_inference.adapters.onnx_runtime import LoadedGenerators
from anime_inference.logic.thumbnail import thumbnail_of
from anime_shared.errors import InstallFailed, ModelCorrupt, StyleNotInstalled
from anime_shared.style import Style
from tests.pictures import gradient
from tests.weights import npz_of, random_state_dict, style_from


@cache
def published() -> bytes:
    return npz_of(random_state_dict())


@dataclass
class Server:
    """A host of weights that compresses where it may.

    ``cut_after`` bytes, the connection of each of the next answers ends.
    """

    data: bytes
    cut_after: list[int] = field(default_factory=list)
    status: int = 200
    ignore_range: bool = False
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_FIRST_PAUSE_SECONDS", 0)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server(published())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            span = self.headers.get("Range")
            state.requests.append((self.path, span))
            if state.status != 200:
                self.send_error(state.status)
                return
            start = 0
            if span and not state.ignore_range:
                start = int(span.removeprefix("bytes=").removesuffix("-"))
                if start >= len(state.data):
                    self.send_error(416)
                    return
            packed = "gzip" in self.headers.get("Accept-Encoding", "")
            data = gzip.compress(state.data) if packed else state.data
            self.send_response(206 if start else 200)
            if packed:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(data) - start))
            self.end_headers()
            end = start + state.cut_after.pop(0) if state.cut_after else len(data)
            with contextlib.suppress(ConnectionError):
                self.wfile.write(data[start:end])

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{httpd.server_port}"
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    yield state
    httpd.shutdown()
    thread.join()
    httpd.server_close()


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def ignore(_done: int, _total: int | None) -> None:
    pass


def leftovers(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir()) if store.folder.exists() else []


def test_downloaded_weights_become_a_working_style(server: Server, store: ModelStore) -> None:
    style = style_from(published())
    seen: list[tuple[int, int | None]] = []
    model = install_from_web(style, store, server.url, lambda *now: seen.append(now))
    assert server.requests == [(f"/author/weights/{'c' * 40}/weights/some.npz", None)]
    assert seen[-1] == (len(published()), len(published()))
    assert leftovers(store) == [f"{style.id}.{model.sha256}.onnx"]
    generator = LoadedGenerators(store, EngineOptions()).get(style)
    painted = generator.paint(gradient(32, 40), thumbnail_of(gradient(32, 40)))
    assert painted.shape == (32, 40, 3)
    assert generator.checksum == model.sha256


def test_a_cut_download_goes_on_where_it_was(server: Server, store: ModelStore) -> None:
    server.cut_after = [1_000_000, 2_000_000]
    install_from_web(style_from(published()), store, server.url, ignore)
    spans = [span for _, span in server.requests]
    assert spans[0] is None
    assert spans[1] == "bytes=1000000-"
    assert spans[2] == "bytes=3000000-"


def test_a_download_that_fails_for_good_goes_on_in_the_next_run(
    server: Server, store: ModelStore
) -> None:
    style = style_from(published())
    server.cut_after = [1000] * 4
    with pytest.raises(InstallFailed, match=r"failed 4 times .* go on where it was cut"):
        install_from_web(style, store, server.url, ignore)
    assert not store.is_installed(style)
    install_from_web(style, store, server.url, ignore)
    assert server.requests[-1][1] == "bytes=4000-"
    assert store.is_installed(style)


def test_a_server_that_cannot_resume_starts_anew(server: Server, store: ModelStore) -> None:
    server.cut_after = [1_000_000]
    server.ignore_range = True
    style = style_from(published())
    install_from_web(style, store, server.url, ignore)
    assert [span for _, span in server.requests] == [None, "bytes=1000000-"]
    assert store.is_installed(style)


def test_a_complete_partial_is_not_fetched_again(server: Server, store: ModelStore) -> None:
    style = style_from(published())
    store.folder.mkdir(parents=True)
    (store.folder / f".{style.weights[0].git_blob_id}.download").write_bytes(published())
    install_from_web(style, store, server.url, ignore)
    assert store.is_installed(style)


def test_corrupt_bytes_are_refused_and_thrown_away(server: Server, store: ModelStore) -> None:
    style = style_from(published())
    server.data = b"x" + published()[1:]
    with pytest.raises(InstallFailed, match="wrong checksum: expected git blob"):
        install_from_web(style, store, server.url, ignore)
    assert leftovers(store) == []


def test_a_missing_file_is_named(server: Server, store: ModelStore) -> None:
    server.status = 404
    with pytest.raises(InstallFailed, match=r"some\.npz: the server answered 404"):
        install_from_web(style_from(published()), store, server.url, ignore)
    assert len(server.requests) == 1


def test_a_failing_server_is_asked_again(server: Server, store: ModelStore) -> None:
    server.status = 503
    with pytest.raises(InstallFailed, match="503"):
        install_from_web(style_from(published()), store, server.url, ignore)
    assert len(server.requests) == 4


def test_an_endless_answer_is_cut(
    server: Server, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "_MAX_BYTES", 1_000_000)
    with pytest.raises(InstallFailed, match="more than any weights have"):
        install_from_web(style_from(published()), store, server.url, ignore)


def test_nobody_listens(store: ModelStore) -> None:
    with pytest.raises(InstallFailed, match="connection failed"):
        install_from_web(style_from(published()), store, "http://127.0.0.1:9", ignore)


def test_a_folder_in_place_of_the_web(tmp_path: Path, store: ModelStore) -> None:
    style = style_from(published())
    with pytest.raises(InstallFailed, match=r"has no some\.npz"):
        install_from_folder(style, store, tmp_path)
    (tmp_path / "some.npz").write_bytes(published()[:-1])
    with pytest.raises(InstallFailed, match="wrong checksum"):
        install_from_folder(style, store, tmp_path)
    (tmp_path / "some.npz").write_bytes(published())
    assert install_from_folder(style, store, tmp_path).sha256 == store.read(style).sha256


def test_the_same_weights_give_the_same_model(tmp_path: Path, store: ModelStore) -> None:
    style = style_from(published())
    (tmp_path / "some.npz").write_bytes(published())
    first = install_from_folder(style, store, tmp_path)
    assert install_from_folder(style, store, tmp_path).sha256 == first.sha256


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.pop("out_layer.0.weight"),
        lambda w: w.update(stranger=np.ones(3, np.float32)),
        lambda w: w.update({"block_a.0.1.weight": np.ones((4, 4), np.float32)}),
    ],
    ids=["missing", "unknown", "misshapen"],
)
def test_weights_of_another_network_are_refused(
    tmp_path: Path, store: ModelStore, change: Callable[[object], object]
) -> None:
    weights = random_state_dict()
    change(weights)
    data = npz_of(weights)
    (tmp_path / "some.npz").write_bytes(data)
    with pytest.raises(InstallFailed, match="no AnimeGANv2 state dict"):
        install_from_folder(style_from(data), store, tmp_path)
    assert leftovers(store) == []


def install_random(store: ModelStore, folder: Path, seed: int) -> Style:
    data = npz_of(random_state_dict(seed))
    (folder / "some.npz").write_bytes(data)
    style = style_from(data)
    install_from_folder(style, store, folder)
    return style


def test_a_new_version_replaces_the_old_one(tmp_path: Path, store: ModelStore) -> None:
    style = install_random(store, tmp_path, seed=1)
    before = store.read(style).sha256
    install_random(store, tmp_path, seed=2)
    assert store.read(style).sha256 != before
    assert len(leftovers(store)) == 1


def test_a_full_disk_leaves_the_old_version(
    tmp_path: Path, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    style = install_random(store, tmp_path, seed=1)
    before = store.read(style).sha256

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InstallFailed, match="No space left on device"):
        install_random(store, tmp_path, seed=2)
    assert store.read(style).sha256 == before
    assert len(leftovers(store)) == 1


def test_damage_on_disk_is_noticed(tmp_path: Path, store: ModelStore) -> None:
    style = install_random(store, tmp_path, seed=1)
    (file,) = store.folder.glob("*.onnx")
    damaged = bytearray(file.read_bytes())
    damaged[1000] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(ModelCorrupt, match=f"animegan models pull {style.id}"):
        store.read(style)


def test_a_style_that_is_not_installed_says_how(store: ModelStore) -> None:
    style = style_from(published())
    assert not store.is_installed(style)
    with pytest.raises(StyleNotInstalled, match="animegan models pull shinkai_full"):
        store.read(style)


def test_a_file_that_is_no_model_is_corrupt(store: ModelStore) -> None:
    style = style_from(published())
    store.install(style, b"not onnx")
    with pytest.raises(ModelCorrupt, match="can't be loaded"):
        LoadedGenerators(store, EngineOptions()).get(style)
