"""A photo's way through the server: one call, a job, or several of them as a batch."""

from __future__ import annotations

import asyncio
import io
import secrets
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from bench.soak.connection import Connection, GivenUpError, RefusedError, code_of
from bench.soak.diary import Painted

_LONG_POLL_SECONDS: Final = 10
# What is ordered anew when a link or an upload is too old: a clock that jumps makes them so.
_ANEW: Final = ("403 bad-signature", "410 upload-expired")


@dataclass(frozen=True, slots=True)
class Photo:
    """A JPEG file of ``side`` x ``side`` pixels."""

    data: bytes
    side: int


@dataclass(frozen=True, slots=True)
class Orders:
    """The orders of one client; what came of them is in the connection's diary.

    Attributes:
        connection: where to.
        style: that paints.
        keep: seconds for which the client asks for what it was promised.
        expected: problems that end a job and that the fault explains.

    Raises:
        GivenUpError: from every method, if an order wasn't taken before patience was over.
        RefusedError: from every method, if an order was refused for good.
    """

    connection: Connection
    style: str
    keep: float
    expected: Sequence[str] = ()

    async def call(self, photo: Photo) -> None:
        """Order in one call."""
        start = time.monotonic()
        answer = await self.connection.send(
            "POST",
            "/api/v1/transform",
            headers={"Accept": "image/*"},
            files={"image": ("photo.jpg", photo.data, "image/jpeg")},
            data={"style": self.style},
        )
        if await asyncio.to_thread(_is_picture, answer.content, photo.side):
            self._note("call", start)
        else:
            self.connection.diary.defects["200 without the picture"] += 1

    async def job(self, photo: Photo) -> None:
        """Upload, job, picture."""
        start = time.monotonic()
        order = await self._accepted("/api/v1/jobs", [photo])
        job = await self._ended(f"/api/v1/jobs/{order['job_id']}", 1)
        if job is None:
            return
        if job["status"] != "succeeded":
            self._failed(job["status"], job["problem"])
            return
        data = await self._kept(f"/api/v1/jobs/{order['job_id']}", "result_url", 1)
        if data is None:
            return
        if await asyncio.to_thread(_is_picture, data, photo.side):
            self._note("job", start)
        else:
            self.connection.diary.lost += 1

    async def batch(self, photos: Sequence[Photo]) -> None:
        """Uploads, batch, zip; all photos are of the same size."""
        start = time.monotonic()
        order = await self._accepted("/api/v1/batches", photos)
        path = f"/api/v1/batches/{order['batch_id']}"
        if await self._ended(path, len(photos)) is None:
            return
        zipped = await self._kept(path, "zip_url", len(photos))
        if zipped is None:
            return
        good, failed = await asyncio.to_thread(_pictures_in, zipped, photos[0].side)
        self.connection.diary.lost += len(photos) - good - failed
        if failed:
            self._failed("failed", {"type": "in a batch", "status": ""}, failed)
        elif good == len(photos):
            self._note("batch", start)

    async def _accepted(self, path: str, photos: Sequence[Photo]) -> dict[str, Any]:
        """What is answered to an order; from here on it is a promise."""
        for _ in range(3):
            try:
                ids = [await self._uploaded(photo) for photo in photos]
                what: dict[str, Any] = (
                    {"upload_ids": ids} if path.endswith("batches") else {"upload_id": ids[0]}
                )
                answer = await self.connection.send(
                    "POST",
                    path,
                    json={**what, "style": self.style},
                    headers={"Idempotency-Key": secrets.token_urlsafe(16)},
                )
            except RefusedError as error:
                if error.problem not in _ANEW:
                    raise
            else:
                self.connection.diary.promised += len(photos)
                told: dict[str, Any] = answer.json()
                return told
        raise GivenUpError

    async def _uploaded(self, photo: Photo) -> str:
        announced = {
            "file_name": "photo.jpg",
            "size": len(photo.data),
            "content_type": "image/jpeg",
        }
        answer = await self.connection.send("POST", "/api/v1/uploads", json=announced)
        upload = answer.json()
        await self.connection.send(
            "PUT", upload["url"], content=photo.data, headers=upload["headers"]
        )
        return str(upload["upload_id"])

    async def _ended(self, path: str, photos: int) -> dict[str, Any] | None:
        """A job or batch once it has ended; ``None`` if it doesn't, and is noted as lost."""
        end = time.monotonic() + self.keep
        known = None
        while time.monotonic() < end:
            query = {"wait": _LONG_POLL_SECONDS, **({"known": known} if known else {})}
            try:
                answer = await self.connection.send(
                    "GET", path, params=query, wait=_LONG_POLL_SECONDS, until=end
                )
            except (GivenUpError, RefusedError):
                break
            told: dict[str, Any] = answer.json()
            known = told["revision"]
            if told.get("zip_url") or told.get("status") in ("succeeded", "failed", "expired"):
                return told
            if told.get("complete"):
                # The zip comes a moment later, and nothing tells of it.
                await asyncio.sleep(0.5)
        self.connection.diary.lost += photos
        return None

    async def _kept(self, path: str, link: str, photos: int) -> bytes | None:
        """What the link in a job or batch leads to; ``None`` if it doesn't, noted as lost."""
        end = time.monotonic() + self.keep
        for _ in range(3):
            try:
                told = (await self.connection.send("GET", path, until=end)).json()
                return (await self.connection.send("GET", told[link], until=end)).content
            except RefusedError as error:
                # A link that is too old: the job has a new one.
                if error.problem not in _ANEW:
                    break
            except GivenUpError:
                break
        self.connection.diary.lost += photos
        return None

    def _failed(self, status: str, problem: dict[str, Any] | None, count: int = 1) -> None:
        said = f"job {status}: {code_of(problem)}"
        diary = self.connection.diary
        if any(each in said for each in self.expected):
            diary.told[said] += count
        else:
            diary.defects[said] += count
            diary.lost += count

    def _note(self, kind: str, start: float) -> None:
        self.connection.diary.painted.append(Painted(kind, start, time.monotonic()))


def _is_picture(data: bytes, side: int) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
            return picture.size == (side, side)
    except (OSError, ValueError):
        return False


def _pictures_in(data: bytes, side: int) -> tuple[int, int]:
    """How many pictures of that size are in a zip, and how many failed by its list of problems."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        listed = archive.read("problems.json") if "problems.json" in names else b"{}"
        pictures = [archive.read(name) for name in names if name != "problems.json"]
    return sum(_is_picture(each, side) for each in pictures), listed.count(b'"file_name"')
