"""``python -m bench.prepare FOLDER [WEIGHTS]``: the full model in the format of each engine.

In a process of its own, so that torch is in no other than that which measures it.
"""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pnnx
import torch

from anime_inference.adapters.state_dict import StateDict, read_state_dict
from anime_shared.style import Upsampling
from bench.engines.ncnn import PARAM
from bench.engines.ncnn import WEIGHTS as NCNN_WEIGHTS
from bench.engines.own import MODELS
from bench.engines.stock import GRAPH
from bench.engines.torch_eager import WEIGHTS
from bench.engines.traced import TracedGenerator
from bench.memory import install_full
from tests.weights import random_state_dict
from training.generator import Generator

# Height and width that the network is shown; both formats keep them open.
_SHOWN = (128, 160)
_SHOWN_TOO = (256, 192)


def export_stock(weights: StateDict, file: Path) -> None:
    """The ONNX graph that torch writes if it is asked for nothing in particular."""
    generator = Generator(Upsampling.ASYMMETRIC).eval()
    generator.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    height, width = (torch.export.Dim(name, min=2, max=2048) for name in ("height", "width"))
    torch.onnx.export(
        generator,
        (torch.zeros(1, 3, *_SHOWN),),
        file,
        input_names=["image"],
        output_names=["painted"],
        dynamic_shapes={"image": {2: 8 * height, 3: 8 * width}},
        external_data=False,
        verbose=False,
    )


def convert_to_ncnn(weights: StateDict, folder: Path) -> None:
    """TorchScript, and what pnnx makes of it."""
    generator = TracedGenerator().eval()
    state = {name: torch.from_numpy(array) for name, array in weights.items()}
    generator.load_state_dict(state, strict=False)
    script = folder / "full.pt"
    torch.jit.trace(generator, torch.zeros(1, 3, *_SHOWN)).save(str(script))
    shapes = (
        f"inputshape{which}=[1,3,{height},{width}]"
        for which, (height, width) in (("", _SHOWN), ("2", _SHOWN_TOO))
    )
    command = [pnnx.EXEC_PATH, script.name, *shapes, "fp16=0"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603
    for file in (PARAM, NCNN_WEIGHTS):
        assert (folder / file).exists(), f"pnnx wrote no {file}"


def main(folder: Path, published: Path | None) -> None:
    """Every format, from the published weights in that folder or from random ones."""
    if published is None:
        weights = random_state_dict()
    else:
        weights = read_state_dict((published / "hayao.npz").read_bytes())
    np.savez(folder / WEIGHTS, **weights)  # type: ignore[arg-type]
    install_full(folder / MODELS, published)
    with warnings.catch_warnings():
        # Torch's own, about its own next version.
        warnings.simplefilter("ignore")
        export_stock(weights, folder / GRAPH)
        convert_to_ncnn(weights, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2:] else None)
