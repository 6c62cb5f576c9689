"""What a page does with the API."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from tests.cloud.stack import wait_for

PHOTO: Final = (Path(__file__).parents[2] / "docs/pictures/photo.jpg").read_bytes()
Json = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """The API over HTTP."""

    http: httpx2.Client
    url: str

    def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        return self.http.request(method, self.url + path, **options)

    def announce(self, size: int = len(PHOTO)) -> Json:
        """A new upload, as it was answered."""
        body = {"file_name": "me.jpg", "size": size, "content_type": "image/jpeg"}
        answer = self.request("POST", "/api/v1/uploads", json=body)
        assert answer.status_code == 201, answer.text
        upload: Json = answer.json()
        return upload

    def send(
        self, upload: Json, data: bytes = PHOTO, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Send the file to where it was told to go."""
        told = {**upload["headers"], **(headers or {})}
        return self.http.request(upload["method"], upload["url"], content=data, headers=told)

    def order(self, data: bytes = PHOTO, **options: Any) -> Json:
        """A job for this photo."""
        upload = self.announce(len(data))
        assert self.send(upload, data).status_code == 200
        body = {"upload_id": upload["upload_id"], **options}
        answer = self.request("POST", "/api/v1/jobs", json=body)
        assert answer.status_code == 202, answer.text
        job: Json = answer.json()
        return job

    def ended(self, job: Json, seconds: float = 60) -> Json:
        """The job, when it has ended."""

        def look() -> Json | None:
            seen: Json = self.request("GET", f"/api/v1/jobs/{job['job_id']}").json()
            return None if seen["status"] in ("queued", "running") else seen

        return wait_for(look, seconds)

    def transform(self, path: str, **headers: str) -> httpx2.Response:
        """A photo in one call."""
        files = {"image": ("me.jpg", PHOTO, "image/jpeg")}
        return self.request("POST", path, files=files, headers=headers)

    def zipped(self, batch_id: str, seconds: float = 90) -> bytes:
        """The zip of a batch, when it is there."""

        def look() -> str | None:
            seen: Json = self.request("GET", f"/api/v1/batches/{batch_id}").json()
            url: str | None = seen["zip_url"]
            return url

        return self.http.get(wait_for(look, seconds)).content
