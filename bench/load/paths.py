"""The way of one photo through a server, from its file to the picture's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx2

OnJob = Callable[[str], None]
# Told the job's address, if there are jobs.
Path = Callable[[httpx2.AsyncClient, bytes, OnJob], Awaitable[None]]
_LONG_POLL_SECONDS = 20


class NotPaintedError(Exception):
    """The server ended a photo without a picture."""


async def through_upload(http: httpx2.AsyncClient, photo: bytes, _: OnJob) -> None:
    """One request, which is answered with the picture."""
    answer = await http.post("/upload", files={"image": ("photo.jpg", photo, "image/jpeg")})
    _check_picture(answer)


async def through_job(http: httpx2.AsyncClient, photo: bytes, on_job: OnJob) -> None:
    """Upload, job, result."""
    announced = {"file_name": "photo.jpg", "size": len(photo), "content_type": "image/jpeg"}
    upload = (await http.post("/api/v1/uploads", json=announced)).raise_for_status().json()
    sent = await http.put(upload["url"], content=photo, headers=upload["headers"])
    sent.raise_for_status()
    submitted = await http.post("/api/v1/jobs", json={"upload_id": upload["upload_id"]})
    address = submitted.raise_for_status().headers["Location"]
    on_job(address)
    job = submitted.json()
    while job["status"] in ("queued", "running"):
        answer = await http.get(address, params={"wait": _LONG_POLL_SECONDS})
        job = answer.raise_for_status().json()
    if job["status"] != "succeeded":
        raise NotPaintedError(job["status"])
    _check_picture(await http.get(job["result_url"]))


def _check_picture(answer: httpx2.Response) -> None:
    answer.raise_for_status()
    if answer.headers["Content-Type"] != "image/jpeg":
        raise NotPaintedError(answer.headers["Content-Type"])
