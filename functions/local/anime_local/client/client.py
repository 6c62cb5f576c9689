"""The client: upload, job, result."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx2
from pydantic import TypeAdapter, ValidationError

from anime_local.client.answers import Job, Style, Upload
from anime_local.client.connection import Connection
from anime_local.client.errors import UnexpectedAnswer, error_of
from anime_shared import trail
from anime_shared.errors import AnimeError, EmptyPicture, NotAPicture, UnknownJob
from anime_shared.jobs import JobStatus, new_id
from anime_shared.options import PaintOptions
from anime_shared.sniff import HEAD_BYTES, content_type_of
from anime_shared.trail import Trail

_LONG_POLL_SECONDS: Final = 20
# Between two looks at a job, where the server doesn't hold the answer back.
_POLL_SECONDS: Final = 1.0
_CANCEL_PATIENCE: Final = 3.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Transformed:
    """A finished picture.

    Attributes:
        data: the file.
        job: what the server tells of it: styles, models, faces, size, timings.
    """

    data: bytes
    job: Job

    def facts(self) -> dict[str, Any]:
        """What can be told of it, as JSON holds it, by the names of a picture painted here."""
        told = {"job_id", "cached", "style", "variant", "model", "face_style", "face_model"}
        size = {"width", "height", "frames", "painted_share"}
        return {
            **self.job.model_dump(include=told),
            **(self.job.result.model_dump(include=size) if self.job.result else {}),
            **self.job.model_dump(include={"timings", "faces", "receipt"}),
        }


def _unwatched(_: Job) -> None:
    pass


class AnimeClient:
    """Talks to one server; may be used by several threads.

    Every method raises the server's error (``anime_shared.errors``), ``ServerUnreachable``, or
    ``UnexpectedAnswer``; its ``correlation_id`` is in the log of the server.

    Args:
        base_url: of the server, such as ``http://127.0.0.1:8000``.
        api_key: if the server asks for one.
        timeout: seconds that an answer may take.
        patience: seconds for which a request is made again when the server is away or busy.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        timeout: float = 30.0,
        patience: float = 60.0,
    ) -> None:
        self._server = Connection(base_url, api_key, timeout, patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._server.close()

    def styles(self) -> list[Style]:
        """The styles of the server, its default first."""
        return _read(list[Style], self._server.call("GET", "/api/v1/styles"))

    def create_upload(self, file_name: str, size: int, content_type: str) -> Upload:
        """A place for a file of ``size`` bytes."""
        order = {"file_name": file_name, "size": size, "content_type": content_type}
        return _read(Upload, self._server.call("POST", "/api/v1/uploads", json=order))

    def put(self, upload: Upload, data: bytes) -> None:
        """Send the file."""
        self._server.follow(upload.method, upload.url, upload.headers, data)

    def submit(self, upload_id: str, options: PaintOptions) -> Job:
        """A job that paints the upload."""
        order = options.model_dump(mode="json", include=set(PaintOptions.model_fields))
        answer = self._server.call(
            "POST",
            "/api/v1/jobs",
            json={"upload_id": upload_id, **order},
            headers={"Idempotency-Key": new_id()},
        )
        return _read(Job, answer)

    def job(self, job_id: str, wait: int | None = None, known: str | None = None) -> Job:
        """The job; with ``wait``, once so many seconds have passed or there is news.

        News is what ``known``, a revision, doesn't tell; without it, what changes from now on.
        """
        path = f"/api/v1/jobs/{job_id}"
        return _read(Job, self._server.call("GET", path, wait=wait, known=known))

    def wait(self, job: Job, on_progress: Callable[[Job], None] = _unwatched) -> Job:
        """The job once it has ended; ``on_progress`` sees it now and after each change."""
        on_progress(job)
        while not job.status.ended:
            asked = time.monotonic()
            job, before = self.job(job.job_id, _LONG_POLL_SECONDS, job.revision), job
            if job != before:
                on_progress(job)
            elif time.monotonic() - asked < _POLL_SECONDS:
                time.sleep(_POLL_SECONDS)
        return job

    def download(self, job: Job) -> bytes:
        """The picture of a job that succeeded."""
        if job.result_url is None:
            raise UnexpectedAnswer("the server doesn't say where the picture is")
        return self._server.follow("GET", job.result_url, {}).content

    def cancel(self, job_id: str) -> None:
        """Delete a job, its upload and its result."""
        self._server.call("DELETE", f"/api/v1/jobs/{job_id}", patience=_CANCEL_PATIENCE)

    def transform(
        self,
        photo: Path | bytes,
        options: PaintOptions | None = None,
        on_progress: Callable[[Job], None] = _unwatched,
    ) -> Transformed:
        """Have a photo painted, and wait for it.

        If ``on_progress`` raises, or Ctrl-C comes, the job is cancelled. All that is asked for it
        has one correlation id.

        Raises:
            AnimeError: the photo is none, or the job failed; see the class, too.
            OSError: the file can't be read.
        """
        followed = trail.current() or Trail.of(None, None)
        with trail.following(followed):
            try:
                return self._transform(photo, options or PaintOptions(), on_progress)
            except AnimeError as error:
                error.correlation_id = followed.correlation_id
                raise

    def _transform(
        self, photo: Path | bytes, options: PaintOptions, on_progress: Callable[[Job], None]
    ) -> Transformed:
        name, size, head = _announced(photo)
        # A file that the server refuses by its size isn't read.
        upload = self.create_upload(name, size, _content_type(head))
        self.put(upload, photo if isinstance(photo, bytes) else photo.read_bytes())
        job = self.submit(upload.upload_id, options)
        try:
            job = self.wait(job, on_progress)
        except AnimeError:
            raise
        except BaseException:
            with contextlib.suppress(AnimeError):
                self.cancel(job.job_id)
            raise
        if job.status is JobStatus.EXPIRED:
            raise UnknownJob("the job's time was over before it was done")
        if job.status is JobStatus.FAILED:
            raise error_of(job.problem)
        return Transformed(self.download(job), job)


def _announced(photo: Path | bytes) -> tuple[str, int, bytes]:
    """Name, size in bytes, and the first bytes."""
    if isinstance(photo, bytes):
        return "photo", len(photo), photo[:HEAD_BYTES]
    with photo.open("rb") as file:
        return photo.name, photo.stat().st_size, file.read(HEAD_BYTES)


def _content_type(head: bytes) -> str:
    if not head:
        raise EmptyPicture("image: the file is empty", field="image")
    found = content_type_of(head)
    if found is None:
        raise NotAPicture(
            "image: the file is none of JPEG, PNG, WebP, AVIF, HEIC and GIF", field="image"
        )
    return found


def _read(kind: type[T], answer: httpx2.Response) -> T:
    try:
        return TypeAdapter(kind).validate_json(answer.content)
    except ValidationError:
        raise UnexpectedAnswer(
            "the server's answer isn't what this interface says; is the address right?"
        ) from None
