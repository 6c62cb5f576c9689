"""ncnn with what pnnx makes of the traced network (see ``bench.engines.traced``).

float32: on x86, ncnn's float16 options change no bit of the result, and bfloat16 is slower.
"""

from __future__ import annotations

from pathlib import Path

import ncnn
import numpy as np

from anime_inference.logic.picture import Pixels
from bench.engines.loaded import Loaded, to_pixels, to_tensor

PARAM, WEIGHTS = "full.ncnn.param", "full.ncnn.bin"


def load(folder: Path, threads: int) -> Loaded:
    """See :class:`bench.engines.registry.Engine`; ncnn at its fastest for this network."""
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_winograd_convolution = True
    # It would unroll the 7 x 7 convolutions into a matrix of 13 KB a pixel: slower, and no
    # megapixel would fit.
    net.opt.use_sgemm_convolution = False
    for option in ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic"):
        setattr(net.opt, option, False)
    if net.load_param(str(folder / PARAM)) or net.load_model(str(folder / WEIGHTS)):
        raise ValueError("ncnn can't load what pnnx wrote")

    def paint(rgb: Pixels) -> Pixels:
        extractor = net.create_extractor()
        # ncnn borrows numpy's memory and keeps nothing alive: the name must outlive the run.
        tensor = to_tensor(rgb)
        extractor.input("in0", ncnn.Mat(tensor[0]))
        failed, painted = extractor.extract("out0")
        if failed:
            raise MemoryError(f"ncnn: error {failed}")
        return to_pixels(np.asarray(painted))

    return Loaded(paint, f"ncnn {ncnn.__version__}")
