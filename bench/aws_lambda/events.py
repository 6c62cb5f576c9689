"""Requests as API Gateway's REST API hands them to a function."""

from __future__ import annotations

import base64
import json
from typing import Any, Final

_BOUNDARY: Final = "boundary-of-the-bench"
Event = dict[str, Any]


def transform_event(photo: bytes, style: str) -> Event:
    """``POST /api/v1/transform`` with a photo, asking for the picture itself."""
    form = b"".join((
        _part('name="style"'), style.encode(), b"\r\n",
        _part('name="image"; filename="photo.jpg"'), photo, b"\r\n",
        f"--{_BOUNDARY}--\r\n".encode(),
    ))  # fmt: skip
    headers = {
        "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
        "Accept": "image/*",
    }
    return _event("POST", "/api/v1/transform", headers, form)


def upload_event() -> Event:
    """``POST /api/v1/uploads``, which needs the stores."""
    announced = {"file_name": "photo.jpg", "content_type": "image/jpeg", "size": 100_000}
    headers = {"Content-Type": "application/json"}
    return _event("POST", "/api/v1/uploads", headers, json.dumps(announced).encode())


def _part(disposition: str) -> bytes:
    return f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode()


def _event(method: str, path: str, headers: dict[str, str], body: bytes) -> Event:
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": f"/prod{path}",
            "stage": "prod",
            "requestId": "00000000-0000-4000-8000-000000000000",
            "identity": {"sourceIp": "198.51.100.7"},
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
