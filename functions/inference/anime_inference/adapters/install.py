"""Installing a style: published weights become an ONNX file in the model store."""

from __future__ import annotations

from pathlib import Path

from anime_inference.adapters.download import OnProgress, download, git_blob_id, verify
from anime_inference.adapters.graphs.animegan2 import build_animegan2
from anime_inference.adapters.model_store import Model, ModelStore
from anime_inference.adapters.state_dict import UnsafeWeightsError, read_state_dict
from anime_shared.errors import InstallFailed
from anime_shared.style import Style


def install_from_web(
    style: Style, store: ModelStore, base_url: str, on_progress: OnProgress
) -> Model:
    """Download, verify, convert and install the style's published weights.

    Raises:
        InstallFailed: any of it went wrong; what was installed before stands.
    """
    for weights in style.weights:
        if weights.repository is not None:
            partial = store.folder / f".{weights.git_blob_id}.download"
            return _convert(style, store, download(weights, base_url, partial, on_progress))
    raise InstallFailed(f"{style.id}: its weights are published nowhere; use --from")


def install_from_folder(style: Style, store: ModelStore, folder: Path) -> Model:
    """Verify, convert and install the style's weights that lie in ``folder``.

    Raises:
        InstallFailed: no such file, a wrong checksum, or the disk can't be written.
    """
    for weights in style.weights:
        file = folder / weights.file_name
        if file.is_file():
            data = file.read_bytes()
            verify(weights, data)
            return _convert(style, store, data)
    wanted = " or ".join(weights.file_name for weights in style.weights)
    raise InstallFailed(f"{style.id}: {folder} has no {wanted}")


def _convert(style: Style, store: ModelStore, data: bytes) -> Model:
    if style.upsampling is None:
        raise InstallFailed(f"{style.id}: can't be converted from published weights")
    try:
        model = build_animegan2(read_state_dict(data), style.upsampling)
    except (UnsafeWeightsError, KeyError, ValueError) as error:
        raise InstallFailed(
            f"{style.id}: git blob {git_blob_id(data)} is no AnimeGANv2 state dict: {error}"
        ) from error
    return store.install(style, model.SerializeToString())
