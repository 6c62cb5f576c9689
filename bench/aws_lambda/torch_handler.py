"""``handler`` as one writes it with torch, for comparison; it knows no faces and no cache."""

from __future__ import annotations

import base64
import io
from email import message_from_bytes
from typing import Any

import numpy as np
from PIL import Image

from bench.engines.torch_eager import from_weights
from tests.weights import random_state_dict

_paint = from_weights(random_state_dict()).paint


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """The same answer to the same event."""
    media_type = event["headers"]["Content-Type"].encode()
    form = message_from_bytes(
        b"Content-Type: " + media_type + b"\r\n\r\n" + base64.b64decode(event["body"])
    )
    part = next(each for each in form.walk() if each.get_filename())
    photo = part.get_payload(decode=True)
    assert isinstance(photo, bytes)
    with Image.open(io.BytesIO(photo)) as image:
        rgb = np.asarray(image.convert("RGB"))
    file = io.BytesIO()
    Image.fromarray(_paint(rgb)).save(file, "JPEG", quality=90)
    body = base64.b64encode(file.getvalue()).decode()
    headers = {"Content-Type": "image/jpeg"}
    return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}
