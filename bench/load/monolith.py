"""``python -m bench.load.monolith PORT``: page and torch model in one process, as it once was."""

from __future__ import annotations

import io
import sys

import numpy as np
from flask import Flask, Response, request
from PIL import Image

from bench.engines.torch_eager import from_weights
from tests.weights import random_state_dict

PAGE = "<!doctype html><title>AnimeGAN</title><form method=post action=/upload></form>"


def create_app() -> Flask:
    """The app; its model is the full one, with random weights, which cost the same time."""
    app = Flask(__name__)
    paint = from_weights(random_state_dict()).paint

    @app.get("/healthz")
    def page() -> str:
        return PAGE

    @app.post("/upload")
    def upload() -> Response:
        photo = Image.open(request.files["image"].stream).convert("RGB")
        picture = io.BytesIO()
        Image.fromarray(paint(np.asarray(photo))).save(picture, "JPEG", quality=92)
        return Response(picture.getvalue(), mimetype="image/jpeg")

    return app


if __name__ == "__main__":
    create_app().run(port=int(sys.argv[1]), threaded=True)
