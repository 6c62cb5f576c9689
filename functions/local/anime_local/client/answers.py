"""What the server answers; fields that a newer server adds are ignored."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from anime_shared.jobs import JobStatus


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Upload(_Answer):
    """Where a file is to be sent, and how."""

    upload_id: str
    url: str
    method: str
    headers: dict[str, str]
    expires_at: AwareDatetime


class Picture(_Answer):
    """A finished picture.

    Attributes:
        format: of its file.
        width: in pixels.
        height: likewise.
        frames: how many it has; 1 is a still.
        painted_share: of the pixels of all frames; the rest was copied from the frame before.
    """

    format: str
    width: int
    height: int
    frames: int = 1
    painted_share: float = 1.0


class Job(_Answer):
    """One photo's way to a picture.

    Attributes:
        stage: what is being done right now.
        percent: 0 to 100, how much of the work is done.
        revision: another one each time that there is news.
        attempts: how often it was begun.
        problem: RFC 9457, if it failed.
        result_url: where the picture lies for a while, if it succeeded.
        cached: whether the same photo with the same options was painted before.
        timings: seconds spent in each stage.
        variant: of the style, which this client has got.
        receipt: by what it was painted, and what that took.
    """

    job_id: str
    status: JobStatus
    stage: str | None = None
    percent: int = 0
    revision: str | None = None
    attempts: int = 0
    problem: dict[str, Any] | None = None
    result_url: str | None = None
    result: Picture | None = None
    cached: bool | None = None
    style: str | None = None
    variant: str | None = None
    model: str | None = None
    face_style: str | None = None
    face_model: str | None = None
    faces: list[dict[str, Any]] | None = None
    timings: dict[str, float] | None = None
    receipt: dict[str, Any] | None = None


class Style(_Answer):
    """A style that the server knows; ``installed`` if it can be used there."""

    id: str
    title: str
    good_for: str
    author: str
    licence: str
    source: str
    aliases: tuple[str, ...] = ()
    installed: bool
